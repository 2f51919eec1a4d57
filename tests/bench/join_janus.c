/* Janus's VideoRoom as its own demo page uses it: one connection a page, one handle that publishes, one that
 * subscribes to the other's feed. */
#include "tests/bench/join.h"

#include "base/clock.h"
#include "tests/bench/sdp.h"
#include "tests/bench/wire.h"

#include <errno.h>
#include <string.h>

#define ANSWER_US INT64_C(20000000)
#define KEEPALIVE_US INT64_C(20000000)

struct page {
    struct wire *wire;
    json_int_t session, publisher, subscriber, transaction, feed;
};

/* ---- messages ---- */

static int message_send(struct page *page, const char *type, json_int_t handle, json_t *more)
{
    char transaction[32];
    g_snprintf(transaction, sizeof transaction, "t%d", (int)++page->transaction);
    json_t *message = json_pack("{s:s, s:s}", "janus", type, "transaction", transaction);
    if (page->session)
        json_object_set_new(message, "session_id", json_integer(page->session));
    if (handle)
        json_object_set_new(message, "handle_id", json_integer(handle));
    if (more) {
        json_object_update(message, more);
        json_decref(more);
    }
    int r = wire_send_json(page->wire, message);
    json_decref(message);
    return r;
}

/* The other's feed, told as an event or in the answer to joining. */
static void feed_note(struct page *page, const json_t *data)
{
    const json_t *first = json_array_get(json_object_get(data, "publishers"), 0);
    if (first)
        page->feed = json_integer_value(json_object_get(first, "id"));
}

static const json_t *plugin_data(const json_t *message)
{
    return json_object_get(json_object_get(message, "plugindata"), "data");
}

/* The next message that is none of acknowledgement, keep-alive's answer or news of a connection. */
static json_t *next(struct page *page, char **ret_failure)
{
    int64_t until_us = clock_now_us() + ANSWER_US;
    json_t *message;
    int r;
    while ((r = wire_receive_json(page->wire, until_us - clock_now_us(), -1, &message)) == 0) {
        const char *type = json_string_value(json_object_get(message, "janus"));
        const char *error = json_string_value(json_object_get(plugin_data(message), "error"));
        feed_note(page, plugin_data(message));
        if (!g_strcmp0(type, "error") || error) {
            *ret_failure = g_strdup_printf("refused: %s", error ? error : "error");
            json_decref(message);
            return NULL;
        }
        if (!g_strcmp0(type, "success") || !g_strcmp0(type, "event"))
            return message;
        json_decref(message);
    }
    *ret_failure = g_strdup(g_strerror(-r));
    return NULL;
}

/* A request with a "data" {"id"} in its answer. */
static char *id_request(struct page *page, const char *type, json_t *more, json_int_t *ret_id)
{
    char *failure = NULL;
    message_send(page, type, 0, more);
    json_t *answer = next(page, &failure);
    *ret_id = json_integer_value(json_object_get(json_object_get(answer, "data"), "id"));
    json_decref(answer);
    return failure || *ret_id ? failure : g_strdup_printf("%s: no id", type);
}

static char *attach(struct page *page, json_int_t *ret_handle)
{
    return id_request(page, "attach", json_pack("{s:s}", "plugin", "janus.plugin.videoroom"),
                      ret_handle);
}

static char *page_open(const struct meeting *meeting, struct page *page)
{
    struct wire_to to = {.address = meeting->options->address,
                         .port = (uint16_t)meeting->options->port};
    int r = wire_open(&to, &page->wire);
    if (r == 0)
        r = wire_upgrade(page->wire, "/", "janus-protocol");
    if (r < 0)
        return g_strdup_printf("connecting: %s", g_strerror(-r));
    return id_request(page, "create", NULL, &page->session);
}

static void page_close(struct page *page)
{
    if (page->session)
        message_send(page, "destroy", 0, NULL);
    wire_close(page->wire);
}

/* ---- the room ---- */

static char *open_meeting(struct meeting *meeting)
{
    struct page page = {0};
    json_int_t handle = 0;
    meeting->room = 1000 + meeting->number;
    char *failure = page_open(meeting, &page);
    if (!failure)
        failure = attach(&page, &handle);
    if (!failure) {
        json_t *body = json_pack("{s:s, s:I, s:i, s:s, s:s, s:b}", "request", "create", "room",
                                 (json_int_t)meeting->room, "publishers", 6, "audiocodec", "opus",
                                 "videocodec", "vp8", "record", !meeting->options->unrecorded);
        if (meeting->options->record_folder)
            json_object_set_new(body, "rec_dir", json_string(meeting->options->record_folder));
        message_send(&page, "message", handle, json_pack("{s:o}", "body", body));
        json_decref(next(&page, &failure));
    }
    page_close(&page);
    return failure;
}

/* ---- the party ---- */

/* Waits for the message that carries a description; reads it into the leg. The description; g_free(). */
static char *description_await(struct page *page, struct leg *leg, char **ret_failure)
{
    char *sdp = NULL;
    while (!sdp && !*ret_failure) {
        json_t *message = next(page, ret_failure);
        sdp = g_strdup(json_string_value(json_object_get(json_object_get(message, "jsep"), "sdp")));
        json_decref(message);
    }
    if (sdp && !sdp_read(leg, sdp))
        *ret_failure = g_strdup("the description is not whole");
    return sdp;
}

static char *publish(struct party *party, struct page *page)
{
    struct leg *leg = party_leg(party);
    g_autofree char *offer = sdp_offer(leg, LEG_KINDS, true), *answer = NULL;
    leg->sends = true;
    char *failure = attach(page, &page->publisher);
    if (!failure) {
        message_send(page, "message", page->publisher,
                     json_pack("{s:{s:s, s:I, s:s, s:b, s:b}, s:{s:s, s:s}}", "body", "request",
                               "joinandconfigure", "room", (json_int_t)party->meeting->room,
                               "ptype", "publisher", "audio", 1, "video", 1, "jsep", "type",
                               "offer", "sdp", offer));
        answer = description_await(page, leg, &failure);
    }
    if (failure)
        leg_destroy(leg);
    return failure ? failure : party_connect(party, leg);
}

static char *subscribe(struct party *party, struct page *page)
{
    struct leg *leg = party_leg(party);
    g_autofree char *offer = NULL;
    leg->receives = true;
    leg->far->controlled = true;
    char *failure = attach(page, &page->subscriber);
    if (!failure) {
        message_send(page, "message", page->subscriber,
                     json_pack("{s:{s:s, s:I, s:s, s:[{s:I}]}}", "body", "request", "join", "room",
                               (json_int_t)party->meeting->room, "ptype", "subscriber", "streams",
                               "feed", page->feed));
        offer = description_await(page, leg, &failure);
    }
    if (!failure) {
        g_autofree char *answer = sdp_answer(leg, offer);
        message_send(page, "message", page->subscriber,
                     json_pack("{s:{s:s}, s:{s:s, s:s}}", "body", "request", "start", "jsep",
                               "type", "answer", "sdp", answer));
    }
    if (failure)
        leg_destroy(leg);
    return failure ? failure : party_connect(party, leg);
}

/* Until all is to end. */
static char *serve(struct party *party, struct page *page)
{
    json_t *message;
    for (;;) {
        int r = wire_receive_json(page->wire, KEEPALIVE_US, party->meeting->stop_fd, &message);
        if (r == -ECANCELED)
            return NULL;
        if (r == -ETIMEDOUT)
            r = message_send(page, "keepalive", 0, NULL);
        else if (r == 0)
            json_decref(message);
        if (r < 0)
            return g_strdup_printf("the connection: %s", g_strerror(-r));
    }
}

static char *attend(struct party *party)
{
    struct page page = {0};
    char *failure = page_open(party->meeting, &page);
    if (!failure)
        failure = publish(party, &page);
    while (!failure && !page.feed)
        json_decref(next(&page, &failure));
    if (!failure)
        failure = subscribe(party, &page);
    if (!failure)
        failure = party_expect_video(party);
    if (!failure)
        failure = serve(party, &page);
    page_close(&page);
    return failure;
}

const struct adapter adapter_janus = {.name = "janus", .open = open_meeting, .attend = attend};
