#include "hall/translation.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Constant texts, since the store keeps what it prepared by the text's address. */
#define ADD(table, key, column)                                       \
    "INSERT INTO translation (kind, object, field, language, words) " \
    "SELECT $1, $2, $3, 'en', $4 WHERE EXISTS "                       \
    "(SELECT 1 FROM " table " WHERE CAST(" key " AS TEXT) = $2 AND " column " = $5)"

/* Where the words of a matter's field go in struct hall_matter_words, and how many bytes there are. */
static const struct place {
    const char *field, *add;
    size_t offset, bytes;
} places[] = {
#define PLACE(field, bytes)                                                                     \
    {                                                                                           \
#field, ADD("matter", "code", #field), offsetof(struct hall_matter_words, field), bytes \
    }
    PLACE(name, HALL_NAME_BYTES),       PLACE(alias, HALL_NAME_BYTES),
    PLACE(department, HALL_NAME_BYTES), PLACE(scope, HALL_NAME_BYTES),
    PLACE(due_text, HALL_NAME_BYTES),   PLACE(fee, HALL_NAME_BYTES),
    PLACE(delivery, HALL_NAME_BYTES),   PLACE(guide, HALL_TEXT_BYTES),
#undef PLACE
};

static const char *statement(const char *kind, const char *field)
{
    if (!strcmp(kind, "window"))
        return ADD("service_window", "no", "name");
    if (!strcmp(kind, "notice"))
        return ADD("notice", "version", "words");
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        if (!strcmp(places[i].field, field))
            return places[i].add;
    return NULL;
}

void hall_translation_add(struct change *change, const char *kind, const char *object,
                          const char *field, const char *original, const char *words)
{
    const char *sql = statement(kind, field);
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
