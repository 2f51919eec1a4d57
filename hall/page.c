#include "hall/page.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "hall/change.h"
#include "hall/staff.h"

/* Staff first, then who came last. */
#define PAGE_ORDER "ORDER BY role = 'citizen', since_s DESC, subject "

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

/* The first `count` of the news, in one transaction. 0 or a negative errno, and then they stay. */
static int news_write(struct hall *hall, guint count)
{
    struct change change;
    hall_change_begin(&change, hall);
    for (guint i = 0; i < count; i++) {
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
        g_ptr_array_remove_range(hall->page_news, 0, count);
    return r;
}

/* One that the store will never take must not keep back all that come after it. */
static int news_write_singly(struct hall *hall)
{
    while (hall->page_news->len) {
        int r = news_write(hall, 1);
        if (r == -EEXIST) {
            log_error("hall", "a page is not remembered over a restart: the store refuses its row");
            g_ptr_array_remove_index(hall->page_news, 0);
        } else if (r < 0) {
            return r;
        }
    }
    return 0;
}

void hall_pages_flush(struct hall *hall)
{
    if (!hall->page_news->len)
        return;
    int r = news_write(hall, hall->page_news->len);
    if (r == -EEXIST)
        r = news_write_singly(hall);
    if (r < 0)
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
    /* Those beyond the limit would never be looked at, nor dropped. */
    int r = hall_store_exec(hall->store,
                            "DELETE FROM page WHERE sid NOT IN (SELECT sid FROM page " PAGE_ORDER
                            "LIMIT $1)",
                            HALL_VALUES(HALL_INT(HALL_MAX_PAGES)), NULL);
    return r < 0 ? r
                 : hall_store_query(hall->store,
                                    "SELECT role, subject, sid, key_sha256, window_no, session, "
                                    "since_s FROM page " PAGE_ORDER,
                                    HALL_NO_VALUES, page_read, hall->pages);
}

const struct hall_page *hall_pages(const struct hall *hall, size_t *ret_count)
{
    *ret_count = hall->pages->len;
    return (const struct hall_page *)(void *)hall->pages->data;
}
