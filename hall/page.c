#include "hall/page.h"

#include <string.h>

#include "base/log.h"
#include "hall/change.h"
#include "hall/staff.h"

bool hall_page_note(struct hall *hall, struct request *request)
{
    if (request->kind != REQUEST_PAGE_PUT && request->kind != REQUEST_PAGE_DROP)
        return false;
    if (hall->page_news->len >= HALL_MAX_PAGES) /* the store has failed for long */
        g_ptr_array_remove_index(hall->page_news, 0);
    g_ptr_array_add(hall->page_news, request);
    return true;
}

static void page_write(struct change *change, const struct hall_page *page)
{
    hall_change_exec(
        change,
        "INSERT INTO page (role, subject, sid, key_sha256, window_no, session, since_s) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (role, subject) DO UPDATE SET "
        "sid = excluded.sid, key_sha256 = excluded.key_sha256, window_no = excluded.window_no, "
        "session = excluded.session, since_s = excluded.since_s",
        HALL_VALUES(HALL_TEXT(hall_role_name(page->who.role)), HALL_TEXT(page->who.subject),
                    HALL_TEXT(page->sid), HALL_TEXT(page->key_sha256), HALL_INT(page->who.window),
                    HALL_TEXT(page->who.session), HALL_INT(page->who.since_s)),
        1);
}

void hall_pages_flush(struct hall *hall)
{
    if (!hall->page_news->len)
        return;
    struct change change;
    hall_change_begin(&change, hall);
    for (guint i = 0; i < hall->page_news->len; i++) {
        const struct request *news = hall->page_news->pdata[i];
        if (news->kind == REQUEST_PAGE_PUT)
            page_write(&change, news->more);
        else
            hall_change_exec(&change, "DELETE FROM page WHERE sid = $1",
                             HALL_VALUES(HALL_TEXT(news->object)), -1);
    }
    bool settle = hall->settle_needed;
    int r = hall_change_commit(&change);
    hall->settle_needed = settle; /* no ticket moved */
    if (r == 0)
        g_ptr_array_set_size(hall->page_news, 0);
    else
        log_debug("hall", "%u pages wait for the store: %s", hall->page_news->len, g_strerror(-r));
}

static int page_read(const struct hall_store_row *row, void *user)
{
    struct hall_page page = {
        .who = {.role = hall_role_parse(hall_store_text(row, 0)),
                .window = (unsigned)hall_store_int(row, 4),
                .since_s = hall_store_int(row, 6)},
    };
    hall_store_copy(row, 1, page.who.subject, sizeof page.who.subject);
    hall_store_copy(row, 2, page.sid, sizeof page.sid);
    hall_store_copy(row, 3, page.key_sha256, sizeof page.key_sha256);
    hall_store_copy(row, 5, page.who.session, sizeof page.who.session);
    g_array_append_val((GArray *)user, page);
    return 0;
}

int hall_pages_load(struct hall *hall, bool keep)
{
    if (!keep)
        return hall_store_exec(hall->store, "DELETE FROM page", HALL_NO_VALUES, NULL);
    return hall_store_query(
        hall->store,
        "SELECT role, subject, sid, key_sha256, window_no, session, since_s FROM page "
        "ORDER BY role, subject LIMIT $1",
        HALL_VALUES(HALL_INT(HALL_MAX_PAGES)), page_read, hall->pages);
}

const struct hall_page *hall_pages(const struct hall *hall, size_t *ret_count)
{
    *ret_count = hall->pages->len;
    return (const struct hall_page *)(void *)hall->pages->data;
}
