/* Offers, mutes and what pages tell of their media. */
#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/daemon.h"
#include "signaling/handlers/handlers.h"
#include "signaling/session/client.h"
#include "signaling/session/codecs.h"
#include "signaling/session/participant.h"
#include "signaling/session/peer.h"
#include "signaling/session/session.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

enum { STATS_EVERY_US = 1000000, CANDIDATE_BYTES = 1024, MAX_AGO_MS = 120000 };

/* Who asks, inside a session that has begun; else the request is refused. */
static struct sig_participant *seated(struct sig_request *request, const struct sig_client *client)
{
    struct sig_participant *me = sig_request_seat(request, client);
    if (!me || me->session->state != SIG_SESSION_GATHERING)
        return me;
    sig_request_fail(request, "session.none", "the session has not begun", 0);
    return NULL;
}

static void media_offer(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct sig_offer_error error = {"media.sdp", ""};
    g_autofree char *answer = NULL;
    struct sig_participant *me = seated(request, client);
    if (!me)
        return;
    if (!bucket_take(&me->offers, clock_now_us())) {
        sig_request_fail(request, "media.limit", "too many offers",
                         bucket_wait_us(&me->offers, clock_now_us()) / 1000 + 1);
        return;
    }
    if (sig_peer_offer(me, SIG_PEER_PAGE, sig_json_string(d, "sdp", ""), &answer, &error) < 0)
        sig_request_fail(request, error.code, error.message,
                         !strcmp(error.code, "server.busy") ? 1000 : 0);
    else
        sig_request_answer(request, json_pack("{s:s, s:I}", "sdp", answer, "offer_id",
                                              (json_int_t)sig_json_integer(d, "offer_id", 0)));
}

/* ICE-lite: the server learns a client's candidates from its checks (RFC 8445 section 2.5). */
static void media_candidate(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (seated(request, client))
        sig_request_answer(request, NULL);
}

static void media_mute(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct sig_participant *me = seated(request, client);
    if (!me)
        return;
    if (json_object_get(d, "document"))
        sig_participant_document(me, !sig_json_bool(d, "document", false));
    if (!json_object_get(d, "document") || json_object_get(d, "audio") ||
        json_object_get(d, "video"))
        sig_participant_mute(me, sig_json_bool(d, "audio", me->muted.audio),
                             sig_json_bool(d, "video", me->muted.video),
                             sig_json_string(d, "cause", "user"));
    sig_request_answer(request, NULL);
}

static void media_interrupted(struct sig_request *request, struct sig_client *client,
                              const json_t *d)
{
    struct sig_participant *me = seated(request, client);
    enum sig_interruption which;
    if (!me)
        return;
    if (!bucket_take(&me->interruptions.told, clock_now_us())) {
        sig_request_fail(request, "proto.limit", "too many interruptions", 1000);
        return;
    }
    int64_t ago_ms = CLAMP(sig_json_integer(d, "ago_ms", 0), 0, MAX_AGO_MS);
    if (sig_interruption_named(sig_json_string(d, "cause", ""), &which))
        sig_interruption_told(me, which, sig_json_bool(d, "active", false),
                              clock_wall_us() - ago_ms * 1000);
    sig_request_answer(request, NULL);
}

static void media_layer(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (seated(request, client))
        sig_request_answer(request, NULL);
}

/* The same word, for good; NULL for none. */
static const char *relay_name(const char *word)
{
    static const char *const names[] = {"udp", "tcp", "tls"};
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        if (!strcmp(word, names[i]))
            return names[i];
    return NULL;
}

static void media_stats(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    int64_t now_us = clock_now_us();
    if (client->stats_us && now_us - client->stats_us < STATS_EVERY_US) {
        sig_request_fail(request, "proto.limit", "at most once in 1 s", 1000);
        return;
    }
    client->stats_us = now_us;
    const json_t *up = json_object_get(d, "up");
    struct sig_participant *me =
        sig_participant_find(client->daemon, client->identity.role, client->identity.subject);
    if (me)
        me->relay = relay_name(sig_json_string(d, "relay", ""));
    if (me)
        sig_quality_page(me, sig_json_integer(json_object_get(d, "down"), "freezes", 0));
    if (me)
        sig_codecs_stats(me, sig_json_integer(up, "frames_encoded", -1),
                         sig_json_integer(up, "frames_captured", -1));
    sig_request_answer(request, NULL);
}

static const struct sig_param offer_params[] = {
    {.name = "sdp", .type = SIG_TEXT, .required = true, .min = 1, .max = SDP_MAX_OFFER_BYTES},
    {.name = "offer_id", .type = SIG_NUMBER, .required = true},
    {.name = "restart", .type = SIG_TRUTH},
    {0},
};

static const struct sig_param candidate_params[] = {
    {.name = "candidate", .type = SIG_TEXT_OR_NULL, .required = true, .max = CANDIDATE_BYTES},
    {.name = "mid", .type = SIG_TEXT, .max = SFU_MID_BYTES - 1},
    {0},
};

static const struct sig_param mute_params[] = {
    {.name = "audio", .type = SIG_TRUTH},
    {.name = "video", .type = SIG_TRUTH},
    {.name = "document", .type = SIG_TRUTH},
    {.name = "cause", .type = SIG_CHOICE, .choices = "user background phone_call"},
    {0},
};

static const struct sig_param interrupted_params[] = {
    {.name = "cause",
     .type = SIG_CHOICE,
     .required = true,
     .choices = "phone_call background network_change"},
    {.name = "active", .type = SIG_TRUTH, .required = true},
    {.name = "ago_ms", .type = SIG_NUMBER},
    {0},
};

static const struct sig_param layer_params[] = {
    {.name = "mid", .type = SIG_TEXT, .required = true, .min = 1, .max = SFU_MID_BYTES - 1},
    {.name = "max_height", .type = SIG_NUMBER, .required = true},
    {0},
};

static const struct sig_param down_params[] = {
    {.name = "fps", .type = SIG_NUMBER},
    {.name = "loss_permille", .type = SIG_NUMBER},
    {.name = "freezes", .type = SIG_NUMBER},
    {0},
};

static const struct sig_param up_params[] = {
    {.name = "fps", .type = SIG_NUMBER},
    {.name = "frames_encoded", .type = SIG_NUMBER},
    {.name = "frames_captured", .type = SIG_NUMBER},
    {0},
};

static const struct sig_param stats_params[] = {
    {.name = "rtt_ms", .type = SIG_NUMBER},
    {.name = "down", .type = SIG_OBJECT, .of = down_params},
    {.name = "up", .type = SIG_OBJECT, .of = up_params},
    {.name = "relay", .type = SIG_CHOICE, .choices = "udp tcp tls"},
    {0},
};

const struct sig_message sig_media_messages[] = {
    {"media.offer", SIG_WITH_MEDIA, offer_params, media_offer},
    {"media.candidate", SIG_WITH_MEDIA, candidate_params, media_candidate},
    {"media.mute", SIG_WITH_MEDIA, mute_params, media_mute},
    {"media.interrupted", SIG_IN_SESSION, interrupted_params, media_interrupted},
    {"media.layer", SIG_WITH_MEDIA, layer_params, media_layer},
    {"media.stats", SIG_WITH_MEDIA, stats_params, media_stats},
    {0},
};
