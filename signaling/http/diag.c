/* Connection checks: begin, tell what was found, look it up by the code that was read out. */
#include <string.h>

#include "base/clock.h"
#include "signaling/daemon.h"
#include "signaling/http/router.h"
#include "signaling/http/routes.h"
#include "signaling/session/diag.h"
#include "signaling/session/turn.h"
#include "signaling/wire/json.h"
#include "signaling/wire/params.h"

#define DEVICE "ok denied none failed skipped"
#define WAY "ok failed untried"

static const struct sig_param offer_params[] = {
    {.name = "sdp", .type = SIG_TEXT, .required = true, .min = 1, .max = SIG_BODY_BYTES},
    {.name = "diag", .type = SIG_TOKEN},
    {0},
};

static const struct sig_param way_params[] = {
    {.name = "socket", .type = SIG_CHOICE, .choices = WAY},
    {.name = "udp", .type = SIG_CHOICE, .choices = WAY},
    {.name = "tcp", .type = SIG_CHOICE, .choices = WAY},
    {.name = "relay_udp", .type = SIG_CHOICE, .choices = WAY},
    {.name = "relay_tcp", .type = SIG_CHOICE, .choices = WAY},
    {.name = "relay_tls", .type = SIG_CHOICE, .choices = WAY},
    {0},
};

static const struct sig_param loop_params[] = {
    {.name = "rtt_ms", .type = SIG_WHOLE, .min = 0, .max = 60000},
    {.name = "loss_permille", .type = SIG_WHOLE, .min = 0, .max = 1000},
    {.name = "up_kbps", .type = SIG_WHOLE, .min = 0, .max = 1000000},
    {.name = "down_kbps", .type = SIG_WHOLE, .min = 0, .max = 1000000},
    {0},
};

static const struct sig_param report_params[] = {
    {.name = "camera", .type = SIG_CHOICE, .required = true, .choices = DEVICE},
    {.name = "microphone", .type = SIG_CHOICE, .required = true, .choices = DEVICE},
    {.name = "speaker", .type = SIG_CHOICE, .required = true, .choices = "heard unheard skipped"},
    {.name = "ways", .type = SIG_OBJECT, .required = true, .of = way_params},
    {.name = "loop", .type = SIG_OBJECT, .of = loop_params},
    {0},
};

static bool params_fit(struct sig_call *call, const struct sig_param *params)
{
    g_autofree char *wrong = sig_params_check(call->body, params);
    if (wrong)
        sig_http_error(call->exchange, "proto.params", wrong, 0);
    return !wrong;
}

void sig_http_diag_offer(struct sig_call *call)
{
    struct sig_diag_fault fault = {.code = "media.sdp"};
    struct sig_daemon *daemon = call->daemon;
    struct id id, name = id_random();
    g_autofree char *sdp = NULL;
    if (!params_fit(call, offer_params))
        return;
    if (sig_diag_offer(daemon->diags, sig_json_string(call->body, "diag", NULL),
                       sig_json_string(call->body, "sdp", ""), &sdp, &id, &fault) < 0) {
        sig_http_error(call->exchange, fault.code, fault.message, fault.retry_ms);
        return;
    }
    sig_http_json(
        call->exchange, 201,
        json_pack("{s:s, s:s, s:i, s:o}", "diag", id.text, "sdp", sdp, "seconds", SIG_DIAG_S,
                  "ice_servers",
                  sig_turn_servers(daemon->turn, name.text, clock_wall_us() / G_USEC_PER_SEC)));
}

/* What was asked for and nothing else; it has been checked. */
static json_t *known_copy(const json_t *from, const struct sig_param *params)
{
    json_t *to = json_object();
    for (; params->name; params++) {
        const json_t *value = json_object_get(from, params->name);
        if (!value || json_is_null(value))
            continue;
        if (params->type == SIG_OBJECT)
            json_object_set_new(to, params->name, known_copy(value, params->of));
        else if (params->type == SIG_WHOLE)
            json_object_set_new(to, params->name,
                                json_integer(sig_param_whole(from, params->name, 0)));
        else
            json_object_set_new(to, params->name, json_string(json_string_value(value)));
    }
    return to;
}

static void told(const struct hall_reply *reply, void *user)
{
    struct sig_later *later = user;
    struct sig_exchange *exchange = sig_later_exchange(later);
    if (exchange && reply->code)
        sig_http_error(exchange, reply->code, reply->message, reply->retry_us / 1000);
    else if (exchange)
        sig_http_json(exchange, 201, json_pack("{s:s}", "code", reply->diag->code));
    sig_later_destroy(later);
}

void sig_http_diag_report(struct sig_call *call)
{
    char text[HALL_TEXT_BYTES];
    if (!params_fit(call, report_params))
        return;
    json_t *report = known_copy(call->body, report_params);
    size_t len = json_dumpb(report, text, sizeof text - 1, JSON_COMPACT);
    json_decref(report);
    if (!len || len >= sizeof text) {
        sig_http_error(call->exchange, "proto.params", "the report is too long", 0);
        return;
    }
    text[len] = '\0';
    if (sig_diag_end(call->daemon->diags, call->parts[0]) < 0) {
        sig_http_error(call->exchange, "session.none", "there is no such check (any more)", 0);
        return;
    }
    struct sig_later *later = sig_later_create(call);
    sig_later_wait(later, hall_diag_put(call->daemon->hall, text, told, later));
}

static void found(const struct hall_reply *reply, void *user)
{
    struct sig_later *later = user;
    struct sig_exchange *exchange = sig_later_exchange(later);
    if (exchange && reply->code) {
        sig_http_error(exchange, reply->code, reply->message, reply->retry_us / 1000);
    } else if (exchange) {
        json_t *report = json_loads(reply->diag->report, 0, NULL);
        sig_http_json(exchange, 200,
                      json_pack("{s:s, s:I, s:o}", "code", reply->diag->code, "made_at",
                                (json_int_t)(reply->diag->made_at_us / 1000), "report",
                                report ? report : json_object()));
    }
    sig_later_destroy(later);
}

void sig_http_diag_get(struct sig_call *call)
{
    if (!hall_diag_code_is_valid(call->parts[0])) {
        sig_http_error(call->exchange, "diag.unknown", "a code is seven digits that fit together",
                       0);
        return;
    }
    struct sig_later *later = sig_later_create(call);
    sig_later_wait(later, hall_diag_get(call->daemon->hall, call->parts[0], found, later));
}
