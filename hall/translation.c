#include "hall/translation.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Where the words of a field go in struct hall_matter_words, and how many bytes there are. */
static const struct place {
    const char *field;
    size_t offset, bytes;
} places[] = {
    {"name", offsetof(struct hall_matter_words, name), HALL_NAME_BYTES},
    {"alias", offsetof(struct hall_matter_words, alias), HALL_NAME_BYTES},
    {"department", offsetof(struct hall_matter_words, department), HALL_NAME_BYTES},
    {"scope", offsetof(struct hall_matter_words, scope), HALL_NAME_BYTES},
    {"due_text", offsetof(struct hall_matter_words, due_text), HALL_NAME_BYTES},
    {"fee", offsetof(struct hall_matter_words, fee), HALL_NAME_BYTES},
    {"delivery", offsetof(struct hall_matter_words, delivery), HALL_NAME_BYTES},
    {"guide", offsetof(struct hall_matter_words, guide), HALL_TEXT_BYTES},
};

/* The statement for one field; names of columns cannot be parameters, so they come from here. */
static char *statement(const char *kind, const char *field)
{
    const char *table = "matter", *key = "code", *column = NULL;
    if (!strcmp(kind, "window"))
        table = "service_window", key = "no", column = "name";
    else if (!strcmp(kind, "notice"))
        table = "notice", key = "version", column = "words";
    for (size_t i = 0; !column && i < G_N_ELEMENTS(places); i++)
        if (!strcmp(places[i].field, field))
            column = places[i].field;
    return column
               ? g_strdup_printf("INSERT INTO translation (kind, object, field, language, words) "
                                 "SELECT $1, $2, $3, 'en', $4 WHERE EXISTS "
                                 "(SELECT 1 FROM %s WHERE CAST(%s AS TEXT) = $2 AND %s = $5)",
                                 table, key, column)
               : NULL;
}

void hall_translation_add(struct change *change, const char *kind, const char *object,
                          const char *field, const char *original, const char *words)
{
    g_autofree char *sql = statement(kind, field);
    g_return_if_fail(sql);
    hall_change_exec(change, sql,
                     HALL_VALUES(HALL_TEXT(kind), HALL_TEXT(object), HALL_TEXT(field),
                                 HALL_TEXT(words), HALL_TEXT(original)),
                     -1);
}

static void matter_words(struct hall *hall, const char *code, const char *field, const char *words)
{
    for (size_t i = 0; i < hall->matter_count; i++)
        for (size_t n = 0; !strcmp(hall->matters[i].code, code) && n < G_N_ELEMENTS(places); n++)
            if (!strcmp(places[n].field, field))
                g_strlcpy((char *)&hall->matters[i].en + places[n].offset, words, places[n].bytes);
}

static void window_words(struct hall *hall, unsigned no, const char *words)
{
    for (unsigned i = 0; i < hall->window_name_count; i++)
        if (hall->window_names[i].no == no)
            g_strlcpy(hall->window_names[i].name_en, words, sizeof hall->window_names[i].name_en);
    struct window *window = hall_find_window(hall, no);
    if (window)
        g_strlcpy(window->name_en, words, sizeof window->name_en);
}

static int row_read(const struct hall_store_row *row, void *user)
{
    struct hall *hall = user;
    const char *kind = hall_store_text(row, 0), *object = hall_store_text(row, 1),
               *words = hall_store_text(row, 3);
    if (!strcmp(kind, "matter"))
        matter_words(hall, object, hall_store_text(row, 2), words);
    else if (!strcmp(kind, "window"))
        window_words(hall, (unsigned)g_ascii_strtoull(object, NULL, 10), words);
    else if (!strcmp(object, hall->notice.version))
        g_strlcpy(hall->notice.text_en, words, sizeof hall->notice.text_en);
    return 0;
}

int hall_translations_load(struct hall *hall)
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    struct hall_notice *notice = &hall->notice;
    int r = hall_store_query(
        hall->store, "SELECT kind, object, field, words FROM translation WHERE language = 'en'",
        HALL_NO_VALUES, row_read, hall);
    if (r < 0 || !*notice->text_en)
        return r;
    r = digest_sha256(notice->text_en, strlen(notice->text_en), sha256);
    if (r == 0)
        digest_hex(sha256, sizeof sha256, notice->sha256_en);
    return r;
}
