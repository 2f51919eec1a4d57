#include "hall/hall.h"

#include <errno.h>

#include "hall/hours.h"
#include "hall/matter.h"
#include "hall/notice.h"
#include "hall/recovery.h"
#include "hall/request.h"
#include "hall/hasher.h"
#include "hall/secret.h"
#include "hall/seed.h"
#include "hall/store/migration.h"
#include "hall/thread.h"
#include "hall/translation.h"
#include "hall/turn.h"
#include "hall/window.h"

enum {
    REQUESTS_MAX = 1024,
    OUTBOX_MAX = 1024,
    MAX_WAITING = 500, /* where the configuration says 0 */
};

static int64_t timer_us(unsigned configured_ms, unsigned default_ms)
{
    return (configured_ms ? configured_ms : default_ms) * INT64_C(1000);
}

static void news_free(gpointer request)
{
    hall_request_free(request);
}

static struct hall *hall_new(const struct hall_config *config)
{
    struct hall *hall = g_new0(struct hall, 1);
    hall->always_open = config->always_open;
    hall->max_waiting = config->max_waiting ? config->max_waiting : MAX_WAITING;
    hall->timers = (struct hall_timers){
        .ring_us = timer_us(config->ring_ms, 30000),
        .offer_us = timer_us(config->offer_ms, 20000),
        .connect_us = timer_us(config->connect_ms, 15000),
        .wrap_up_us = timer_us(config->wrap_up_ms, 120000),
        .citizen_lost_us = timer_us(config->citizen_lost_ms, 120000),
        .clerk_lost_us = timer_us(config->clerk_lost_ms, 60000),
        .queue_offline_us = timer_us(config->queue_offline_ms, 120000),
        .park_us = timer_us(config->park_ms, 600000),
        .no_show_us = timer_us(config->no_show_ms, 120000),
        .revive_us = timer_us(config->revive_ms, 120000),
    };
    hall->tickets = g_ptr_array_new_with_free_func(g_free);
    hall->windows = g_ptr_array_new_with_free_func(g_free);
    hall->sessions = g_ptr_array_new_with_free_func(g_free);
    hall->running = g_array_new(FALSE, FALSE, sizeof(struct hall_running));
    hall->cut_off = g_array_new(FALSE, FALSE, sizeof(struct hall_session));
    hall->pages = g_array_new(FALSE, FALSE, sizeof(struct hall_page));
    hall->claims = g_array_new(FALSE, FALSE, sizeof(struct hall_claim));
    hall->page_news = g_ptr_array_new_with_free_func(news_free);
    g_queue_init(&hall->backlog);
    return hall;
}

static int store_bring_up(struct hall *hall, const struct hall_config *config, char **ret_what)
{
    int r = hall_store_open(config->database, &hall->store, ret_what);
    if (r == 0)
        r = hall_migrate(hall->store, ret_what);
    if (r == 0)
        r = hall_seed(hall, config->seed_dir, config->demo_accounts_file, ret_what);
    if (r == 0)
        r = hall_matters_load(hall);
    if (r == 0)
        r = hall_windows_load(hall);
    if (r == 0)
        r = hall_hours_load(hall);
    if (r == 0)
        r = hall_notice_load(hall);
    if (r == 0)
        r = hall_translations_load(hall);
    if (r == 0)
        r = hall_secret_load(hall);
    if (r == 0)
        r = hall_recover(hall);
    return r;
}

static int threads_bring_up(struct hall *hall)
{
    int r = mailbox_create(sizeof(struct request *), REQUESTS_MAX, &hall->requests);
    if (r == 0)
        r = mailbox_create(sizeof(struct outbound *), OUTBOX_MAX, &hall->outbox);
    if (r == 0)
        r = hall_hasher_create(&hall->hasher);
    hall_turn_settle(hall);
    if (r == 0)
        r = hall_thread_start(hall);
    return r;
}

int hall_create(const struct hall_config *config, struct hall **ret_hall, char **ret_what)
{
    g_autofree char *what = NULL;
    struct hall *hall = hall_new(config);
    int r = store_bring_up(hall, config, &what);
    if (r == 0)
        r = threads_bring_up(hall);
    if (r < 0) {
        if (ret_what)
            *ret_what =
                what ? g_steal_pointer(&what)
                     : g_strdup_printf("the hall's store %s: %s", config->database, g_strerror(-r));
        hall_destroy(hall);
        return r;
    }
    *ret_hall = hall;
    return 0;
}

static void mailboxes_destroy(struct hall *hall)
{
    struct request *request;
    struct outbound *outbound;
    while (hall->requests && mailbox_take(hall->requests, &request))
        hall_request_free(request);
    while (hall->outbox && mailbox_take(hall->outbox, &outbound))
        hall_outbound_free(outbound);
    while ((outbound = g_queue_pop_head(&hall->backlog)))
        hall_outbound_free(outbound);
    mailbox_destroy(hall->requests);
    mailbox_destroy(hall->outbox);
}

void hall_destroy(struct hall *hall)
{
    if (!hall)
        return;
    hall_thread_stop(hall);
    hall_hasher_destroy(hall->hasher);
    mailboxes_destroy(hall);
    hall_store_close(hall->store);
    g_ptr_array_free(hall->tickets, TRUE);
    g_ptr_array_free(hall->windows, TRUE);
    g_ptr_array_free(hall->sessions, TRUE);
    g_ptr_array_free(hall->page_news, TRUE);
    g_array_free(hall->running, TRUE);
    g_array_free(hall->cut_off, TRUE);
    g_array_free(hall->pages, TRUE);
    g_array_free(hall->claims, TRUE);
    g_free(hall->matters);
    g_free(hall->letters);
    g_free(hall->paces);
    g_free(hall);
}

int hall_fd(const struct hall *hall)
{
    return mailbox_fd(hall->outbox);
}

void hall_observe(struct hall *hall, hall_observer_fn fn, void *user)
{
    hall->observer = fn;
    hall->observer_user = user;
}

/* At most what the outbox holds: a loop that is fed faster than it is read must end. */
void hall_dispatch(struct hall *hall)
{
    struct outbound *outbound;
    for (int i = 0; i < OUTBOX_MAX && mailbox_take(hall->outbox, &outbound); i++) {
        if (outbound->fn)
            outbound->fn(&outbound->reply, outbound->user);
        else if (hall->observer)
            hall->observer(&outbound->event, hall->observer_user);
        hall_outbound_free(outbound);
    }
    if (!atomic_load(&hall->backlogged))
        return;
    struct request *room = g_new0(struct request, 1);
    room->kind = REQUEST_ROOM;
    if (mailbox_post(hall->requests, &room) < 0)
        hall_request_free(room); /* full: the hall is awake */
}
