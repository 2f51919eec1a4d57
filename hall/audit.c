#include "hall/audit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct row {
    int64_t seq, at_us;
    const char *actor, *action, *object, *detail;
};

static int row_sha256(const char *former_sha256, const struct row *row,
                      char ret_hex[DIGEST_SHA256_HEX_BYTES])
{
    g_autofree char *text = g_strdup_printf(
        "%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%s\n%s\n%s\n%s\n", former_sha256, row->seq,
        row->at_us, row->actor, row->action, row->object, row->detail);
    uint8_t sha256[DIGEST_SHA256_BYTES];
    int r = digest_sha256(text, strlen(text), sha256);
    if (r == 0)
        digest_hex(sha256, sizeof sha256, ret_hex);
    return r;
}

static void head_init(struct audit_head *head)
{
    head->seq = 0;
    memset(head->sha256, '0', sizeof head->sha256 - 1);
    head->sha256[sizeof head->sha256 - 1] = '\0';
}

static char *one_line(const char *text)
{
    char *line = g_utf8_make_valid(text, -1);
    for (char *c = line; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
    }
    return line;
}

void hall_audit_append_va(struct change *change, const char *actor, const char *action,
                          const char *object, const char *format, va_list args)
{
    if (change->error)
        return;
    g_autofree char *words = g_strdup_vprintf(format, args);
    g_autofree char *who = one_line(actor);
    g_autofree char *what = one_line(action);
    g_autofree char *whom = one_line(object);
    g_autofree char *detail = one_line(words);
    struct audit_head *head = &change->hall->audit;
    struct row row = {head->seq + 1, change->now_us, who, what, whom, detail};
    char hex[DIGEST_SHA256_HEX_BYTES];
    change->error = row_sha256(head->sha256, &row, hex);
    hall_change_exec(change,
                     "INSERT INTO audit (seq, at_us, actor, action, object, detail, sha256) "
                     "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                     HALL_VALUES(HALL_INT(row.seq), HALL_INT(row.at_us), HALL_TEXT(who),
                                 HALL_TEXT(what), HALL_TEXT(whom), HALL_TEXT(detail),
                                 HALL_TEXT(hex)),
                     1);
    if (change->error)
        return;
    head->seq = row.seq;
    memcpy(head->sha256, hex, sizeof head->sha256);
}

void hall_audit_append(struct change *change, const char *actor, const char *action,
                       const char *object, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    hall_audit_append_va(change, actor, action, object, format, args);
    va_end(args);
}

const char *hall_audit_staff(const char *staff_no, char ret_actor[HALL_ACTOR_BYTES])
{
    snprintf(ret_actor, HALL_ACTOR_BYTES, "staff:%s", staff_no);
    return ret_actor;
}

char *hall_audit_word(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    return g_uri_escape_string(valid, NULL, TRUE);
}

struct verification {
    struct audit_head head;
    int64_t broken_seq;
    int error;
};

static int row_verify(const struct hall_store_row *stored, void *user)
{
    struct verification *verification = user;
    struct row row = {
        .seq = hall_store_int(stored, 0),
        .at_us = hall_store_int(stored, 1),
        .actor = hall_store_text(stored, 2),
        .action = hall_store_text(stored, 3),
        .object = hall_store_text(stored, 4),
        .detail = hall_store_text(stored, 5),
    };
    char hex[DIGEST_SHA256_HEX_BYTES];
    int r = row_sha256(verification->head.sha256, &row, hex);
    if (r < 0)
        return r;
    bool fits = row.seq == verification->head.seq + 1 && !strcmp(hex, hall_store_text(stored, 6));
    if (!fits && !verification->broken_seq)
        verification->broken_seq = verification->head.seq + 1;
    verification->head.seq = row.seq;
    hall_store_copy(stored, 6, verification->head.sha256, sizeof verification->head.sha256);
    return 0;
}

int hall_audit_verify(struct hall_store *store, struct audit_head *ret_head,
                      int64_t *ret_broken_seq)
{
    struct verification verification = {0};
    head_init(&verification.head);
    int r = hall_store_query(
        store, "SELECT seq, at_us, actor, action, object, detail, sha256 FROM audit ORDER BY seq",
        HALL_NO_VALUES, row_verify, &verification);
    if (r < 0)
        return r;
    *ret_head = verification.head;
    *ret_broken_seq = verification.broken_seq;
    return 0;
}
