#include "hall/matter.h"

#include <errno.h>
#include <string.h>

/* Of a pace, what the newest service counts. */
#define PACE_WEIGHT 0.1

struct loading {
    GArray *matters; /* struct hall_matter */
    GString *letters;
};

static int matter_read(const struct hall_store_row *row, void *user)
{
    struct loading *loading = user;
    struct hall_matter matter = {0};
    hall_store_copy(row, 0, matter.code, sizeof matter.code);
    hall_store_copy(row, 1, matter.name, sizeof matter.name);
    hall_store_copy(row, 2, matter.alias, sizeof matter.alias);
    hall_store_copy(row, 3, matter.department, sizeof matter.department);
    matter.kind = strcmp(hall_store_text(row, 4), "accept") ? HALL_CONSULT : HALL_ACCEPT;
    hall_store_copy(row, 5, matter.channels, sizeof matter.channels);
    hall_store_copy(row, 6, matter.scope, sizeof matter.scope);
    hall_store_copy(row, 7, matter.due_text, sizeof matter.due_text);
    hall_store_copy(row, 8, matter.fee, sizeof matter.fee);
    hall_store_copy(row, 9, matter.delivery, sizeof matter.delivery);
    hall_store_copy(row, 10, matter.guide, sizeof matter.guide);
    matter.identity_level = (unsigned)hall_store_int(row, 11);
    matter.minutes = (unsigned)hall_store_int(row, 12);
    matter.recording_required = hall_store_int(row, 13);
    char letter = *hall_store_text(row, 14);
    if (!g_ascii_isupper(letter))
        return -EUCLEAN;
    g_array_append_val(loading->matters, matter);
    g_string_append_c(loading->letters, letter);
    return 0;
}

int hall_matters_load(struct hall *hall)
{
    struct loading loading = {g_array_new(FALSE, FALSE, sizeof(struct hall_matter)),
                              g_string_new(NULL)};
    int r = hall_store_query(
        hall->store,
        "SELECT code, name, alias, department, kind, channels, scope, due_text, fee, delivery, "
        "guide, identity_level, minutes, recording_required, letter FROM matter ORDER BY place",
        HALL_NO_VALUES, matter_read, &loading);
    hall->matter_count = loading.matters->len;
    hall->matters = (struct hall_matter *)(void *)g_array_free(loading.matters, FALSE);
    hall->letters = g_string_free(loading.letters, FALSE);
    hall->paces = g_new0(struct matter_pace, hall->matter_count + 1);
    for (size_t i = 0; i < hall->matter_count; i++)
        hall->paces[i].mean_us = 60.0 * G_USEC_PER_SEC * hall->matters[i].minutes;
    return r;
}

const struct hall_matter *hall_matters(const struct hall *hall, size_t *ret_count)
{
    *ret_count = hall->matter_count;
    return hall->matters;
}

const struct hall_matter *hall_matter_find(const struct hall *hall, const char *code)
{
    for (size_t i = 0; i < hall->matter_count; i++) {
        if (!g_strcmp0(hall->matters[i].code, code))
            return &hall->matters[i];
    }
    return NULL;
}

char hall_matter_letter(const struct hall *hall, const struct hall_matter *matter)
{
    return hall->letters[matter - hall->matters];
}

double hall_matter_pace_us(const struct hall *hall, const struct hall_matter *matter)
{
    return hall->paces[matter - hall->matters].mean_us;
}

void hall_matter_pace_add(struct hall *hall, const struct hall_matter *matter, int64_t service_us)
{
    double *mean_us = &hall->paces[matter - hall->matters].mean_us;
    *mean_us += PACE_WEIGHT * ((double)service_us - *mean_us);
}

bool hall_matter_needs(const struct hall_matter *matter, const char *skill)
{
    if (!strcmp(skill, "consult"))
        return matter->kind == HALL_CONSULT;
    size_t len = strlen(skill);
    if (len > 0 && skill[len - 1] == '*')
        return !strncmp(matter->code, skill, len - 1);
    return !strcmp(matter->code, skill);
}
