#include "hall/notice.h"

#include <errno.h>
#include <string.h>

static int notice_read(const struct hall_store_row *row, void *user)
{
    struct hall_notice *notice = user;
    hall_store_copy(row, 0, notice->version, sizeof notice->version);
    hall_store_copy(row, 1, notice->text, sizeof notice->text);
    return 0;
}

int hall_notice_load(struct hall *hall)
{
    struct hall_notice *notice = &hall->notice;
    int r = hall_store_query(
        hall->store,
        "SELECT version, words FROM notice ORDER BY since_us DESC, version DESC LIMIT 1",
        HALL_NO_VALUES, notice_read, notice);
    if (r == 0 && !*notice->text)
        r = -ENOENT;
    uint8_t sha256[DIGEST_SHA256_BYTES];
    if (r == 0)
        r = digest_sha256(notice->text, strlen(notice->text), sha256);
    if (r == 0)
        digest_hex(sha256, sizeof sha256, notice->sha256);
    return r;
}

bool hall_notice_is(const struct hall_notice *notice, const char *sha256)
{
    return !g_ascii_strcasecmp(sha256, notice->sha256) ||
           (*notice->sha256_en && !g_ascii_strcasecmp(sha256, notice->sha256_en));
}

const struct hall_notice *hall_notice(const struct hall *hall)
{
    return &hall->notice;
}
