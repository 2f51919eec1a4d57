/* The real way into the daemon: a session of the API, claimed tokens, hello over wss, a browser's offer. */
#include "tests/bench/join.h"

#include "base/clock.h"
#include "tests/bench/sdp.h"
#include "tests/bench/stamp.h"
#include "tests/bench/wire.h"

#include <errno.h>
#include <string.h>

#define ANSWER_US INT64_C(20000000)
#define FOREVER_US INT64_C(3600000000)

struct page {
    struct wire *wire;
    uint64_t seq;
    unsigned unacknowledged;
    bool ended; /* the session is over */
    json_int_t last_id;
};

/* Everybody comes from an address of his own, as in life: limits count by it. On loopback there are enough
 * of them. */
static char *own_address(const struct meeting *meeting, unsigned side)
{
    unsigned n = meeting->number * SIDES + side + 1;
    return g_strdup_printf("127.%u.%u.%u", 1 + n / 64516 % 250, 1 + n / 254 % 254, 1 + n % 254);
}

static int page_open(const struct meeting *meeting, unsigned side, struct wire **ret_wire)
{
    g_autofree char *from = own_address(meeting, side);
    struct wire_to to = {.address = meeting->options->address,
                         .port = (uint16_t)meeting->options->port,
                         .tls = true,
                         .from = from};
    return wire_open(&to, ret_wire);
}

/* ---- before: what the integrator does ---- */

static char *claim(struct meeting *meeting, unsigned side, const char *url)
{
    struct wire *wire;
    json_t *answer = NULL;
    const char *code = strstr(url, "#claim=");
    int r = code ? page_open(meeting, side, &wire) : -EBADMSG;
    if (r < 0)
        return g_strdup_printf("claim: %s", g_strerror(-r));
    json_t *body = json_pack("{s:s}", "claim", code + 7);
    int status = wire_post(wire, "/api/v1/claim", NULL, body, &answer);
    meeting->tokens[side] = g_strdup(json_string_value(json_object_get(answer, "token")));
    json_decref(body);
    json_decref(answer);
    wire_close(wire);
    return meeting->tokens[side] ? NULL : g_strdup_printf("claim: status %d", status);
}

static char *claim_all(struct meeting *meeting, const json_t *answer)
{
    const json_t *participants = json_object_get(answer, "participants");
    char *failure = NULL;
    for (unsigned i = 0; i < SIDES && !failure; i++) {
        const char *url =
            json_string_value(json_object_get(json_array_get(participants, i), "url"));
        failure = url ? claim(meeting, i, url) : g_strdup("a session without addresses");
    }
    return failure;
}

static char *open_meeting(struct meeting *meeting)
{
    const struct options *options = meeting->options;
    g_autofree char *key = NULL;
    struct wire *wire;
    json_t *answer = NULL;
    if (!g_file_get_contents(options->key_file, &key, NULL, NULL))
        return g_strdup_printf("no key in %s", options->key_file);
    int r = page_open(meeting, 0, &wire);
    if (r < 0)
        return g_strdup_printf("connecting: %s", g_strerror(-r));
    json_t *body =
        json_pack("{s:s, s:b}", "matter", options->matter, "recording", !options->unrecorded);
    int status = wire_post(wire, "/api/v1/sessions", g_strstrip(key), body, &answer);
    char *failure = status == 201 ? claim_all(meeting, answer)
                                  : g_strdup_printf("opening a session: status %d", status);
    json_decref(body);
    json_decref(answer);
    wire_close(wire);
    return failure;
}

/* ---- the page ---- */

static int request_send(struct page *page, const char *name, json_t *data)
{
    json_t *frame =
        json_pack("{s:s, s:I, s:s, s:o}", "t", "req", "id", ++page->last_id, "m", name, "d", data);
    int r = wire_send_json(page->wire, frame);
    json_decref(frame);
    return r;
}

/* Events are acknowledged often enough, pings answered at once. */
static void frame_serve(struct page *page, const json_t *frame, const char *type)
{
    json_t *reply = NULL;
    if (!strcmp(type, "ping"))
        reply = json_pack("{s:s, s:I, s:I}", "t", "pong", "at",
                          json_integer_value(json_object_get(frame, "at")), "now",
                          (json_int_t)(stamp_now_ns() / 1000000));
    if (!strcmp(type, "ev")) {
        const json_t *data = json_object_get(frame, "d");
        if (!g_strcmp0(json_string_value(json_object_get(frame, "m")), "session.state"))
            page->ended |= !g_strcmp0(json_string_value(json_object_get(data, "state")), "ended");
        page->seq = (uint64_t)json_integer_value(json_object_get(frame, "seq"));
        if (++page->unacknowledged >= 16) {
            reply = json_pack("{s:s, s:I}", "t", "ack", "seq", (json_int_t)page->seq);
            page->unacknowledged = 0;
        }
    }
    if (reply)
        wire_send_json(page->wire, reply);
    json_decref(reply);
}

/* Waits for the answer to the last request (`event` NULL) or for an event; its `d`, or NULL with
 * `ret_failure` set. json_decref() it. */
static json_t *await(struct page *page, const char *event, char **ret_failure)
{
    int64_t until_us = clock_now_us() + ANSWER_US;
    json_t *frame;
    int r;
    while ((r = wire_receive_json(page->wire, until_us - clock_now_us(), -1, &frame)) == 0) {
        const char *type = json_string_value(json_object_get(frame, "t"));
        const char *name = json_string_value(json_object_get(frame, "m"));
        frame_serve(page, frame, type ? type : "");
        bool answer = !g_strcmp0(type, "res") &&
                      json_integer_value(json_object_get(frame, "id")) == page->last_id;
        if (event ? !g_strcmp0(name, event) : answer) {
            json_t *data = json_incref(json_object_get(frame, "d"));
            const char *code =
                json_string_value(json_object_get(json_object_get(frame, "e"), "code"));
            if (!data)
                *ret_failure = g_strdup_printf("refused: %s", code ? code : "?");
            json_decref(frame);
            return data;
        }
        json_decref(frame);
    }
    *ret_failure =
        g_strdup_printf("waiting for %s: %s", event ? event : "an answer", g_strerror(-r));
    return NULL;
}

/* A request whose answer is `ret_answer` (json_decref() it); words when it failed. */
static char *request(struct page *page, const char *name, json_t *data, json_t **ret_answer)
{
    char *failure = NULL;
    int r = request_send(page, name, data);
    if (r < 0)
        return g_strdup_printf("%s: %s", name, g_strerror(-r));
    *ret_answer = await(page, NULL, &failure);
    return failure;
}

static char *hello(struct page *page, const char *token)
{
    json_t *answer = NULL;
    char *failure = request(page, "hello",
                            json_pack("{s:s, s:{s:s, s:s, s:s}, s:[]}", "token", token, "client",
                                      "name", "load", "version", "1", "lang", "zh", "features"),
                            &answer);
    json_decref(answer);
    if (!failure)
        json_decref(await(page, "session.started", &failure));
    return failure;
}

static char *offer(struct party *party, struct page *page)
{
    struct leg *leg = party_leg(party);
    g_autofree char *sdp = sdp_offer(leg, 0, false);
    json_t *answer = NULL;
    leg->sends = leg->receives = true;
    char *failure =
        request(page, "media.offer", json_pack("{s:s, s:i}", "sdp", sdp, "offer_id", 1), &answer);
    const char *text = json_string_value(json_object_get(answer, "sdp"));
    if (!failure && (!text || !sdp_read(leg, text)))
        failure = g_strdup("the answer is not whole");
    json_decref(answer);
    if (failure)
        leg_destroy(leg);
    return failure ? failure : party_connect(party, leg);
}

/* Until all is to end: then the clerk hangs up and both hear of it. */
static char *serve(struct party *party, struct page *page)
{
    json_t *frame;
    char *failure = NULL;
    int r;
    while ((r = wire_receive_json(page->wire, FOREVER_US, party->meeting->stop_fd, &frame)) == 0) {
        const char *type = json_string_value(json_object_get(frame, "t"));
        frame_serve(page, frame, type ? type : "");
        json_decref(frame);
    }
    if (r != -ECANCELED)
        return g_strdup_printf("the connection: %s", g_strerror(-r));
    if (party->side == 1) {
        json_t *answer = NULL;
        failure = request(page, "session.end", json_object(), &answer);
        json_decref(answer);
        return failure; /* its own end was told before the answer */
    }
    while (!failure && !page->ended)
        json_decref(await(page, "session.state", &failure));
    return failure;
}

static char *attend(struct party *party)
{
    struct page page = {0};
    char *failure = NULL;
    int r = page_open(party->meeting, party->side, &page.wire);
    if (r == 0)
        r = wire_upgrade(page.wire, "/ws", "shipinban.v1");
    if (r < 0)
        failure = g_strdup_printf("connecting: %s", g_strerror(-r));
    if (!failure)
        failure = hello(&page, party->meeting->tokens[party->side]);
    if (!failure)
        failure = offer(party, &page);
    if (!failure)
        failure = party_expect_video(party);
    if (!failure)
        failure = serve(party, &page);
    wire_close(page.wire);
    return failure;
}

static bool busy(const struct options *options)
{
    static const char *const names[] = {"sessions", "peers", "sockets"};
    struct wire_to to = {.address = options->address, .port = (uint16_t)options->port, .tls = true};
    struct wire *wire;
    json_t *health = NULL;
    bool found = true;
    if (wire_open(&to, &wire) < 0)
        return true;
    if (wire_get(wire, "/healthz", &health) == 200) {
        found = false;
        for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
            found |= json_integer_value(json_object_get(health, names[i])) != 0;
    }
    json_decref(health);
    wire_close(wire);
    return found;
}

const struct adapter adapter_shipinban = {
    .name = "shipinban", .open = open_meeting, .attend = attend, .busy = busy};
