#include "signaling/http/router.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/daemon.h"
#include "signaling/http/addresses.h"
#include "signaling/http/routes.h"
#include "signaling/wire/frame.h"
#include "signaling/wire/json.h"
#include "signaling/wire/server.h"

enum guard {
    ANYONE,
    LIMITED, /* by address */
    KEY,     /* API key */
    CLERK,
    AUDITOR,
    KEY_OR_AUDITOR,
    STAFF,
    PARTICIPANT, /* anybody who may be in a session; the body is no JSON */
};

struct route {
    enum sig_method method;
    const char *path; /* a star stands for one part */
    enum guard guard;
    void (*handle)(struct sig_call *call);
    bool begins; /* something new: refused while the daemon drains */
};

static const struct route routes[] = {
    {SIG_POST, "/api/v1/guest", LIMITED, sig_http_guest, .begins = true},
    {SIG_POST, "/api/v1/login", LIMITED, sig_http_login, .begins = true},
    {SIG_POST, "/api/v1/claim", LIMITED, sig_http_claim, .begins = true},
    {SIG_GET, "/api/v1/matters", ANYONE, sig_http_matters},
    {SIG_GET, "/api/v1/windows", CLERK, sig_http_windows},
    {SIG_POST, "/api/v1/diag", LIMITED, sig_http_diag_offer, .begins = true},
    {SIG_POST, "/api/v1/diag/*", LIMITED, sig_http_diag_report},
    {SIG_GET, "/api/v1/diag/*", STAFF, sig_http_diag_get},
    {SIG_POST, "/api/v1/sessions", KEY, sig_http_session_open, .begins = true},
    {SIG_GET, "/api/v1/sessions/*", KEY_OR_AUDITOR, sig_http_session_get},
    {SIG_GET, "/api/v1/recordings", AUDITOR, sig_http_recordings},
    {SIG_POST, "/api/v1/recordings/*/open", AUDITOR, sig_http_recording_open},
    {SIG_GET, "/replay/*/*", ANYONE, sig_http_replay}, /* by its own cookie */
    {SIG_GET, "/healthz", ANYONE, sig_http_health},
    {SIG_GET, "/metrics", ANYONE, sig_http_metrics}, /* by its address */
    {SIG_GET, "/ws", ANYONE, sig_http_upgrade}, /* a WebSocket that lost its Upgrade on the way */
    {SIG_POST, "/whip", PARTICIPANT, sig_http_whip_post},
    {SIG_POST, "/whep", PARTICIPANT, sig_http_whip_post},
    {SIG_OPTIONS, "/whip", ANYONE, sig_http_whip_options},
    {SIG_OPTIONS, "/whep", ANYONE, sig_http_whip_options},
    {SIG_PATCH, "/whip/*", PARTICIPANT, sig_http_whip_patch},
    {SIG_PATCH, "/whep/*", PARTICIPANT, sig_http_whip_patch},
    {SIG_DELETE, "/whip/*", PARTICIPANT, sig_http_whip_delete},
    {SIG_DELETE, "/whep/*", PARTICIPANT, sig_http_whip_delete},
    {SIG_OPTIONS, "/whip/*", ANYONE, sig_http_whip_options},
    {SIG_OPTIONS, "/whep/*", ANYONE, sig_http_whip_options},
};

static const struct status {
    const char *code; /* or the beginning of it */
    unsigned status;
} statuses[] = {
    {"auth.locked", 429},
    {"proto.limit", 429},
    {"auth.role", 403},
    {"auth.", 401},
    {"proto.unknown", 404},
    {"proto.upgrade", 426},
    {"proto.type", 415},
    {"proto.", 400},
    {"matter.unknown", 404},
    {"session.none", 404},
    {"diag.unknown", 404},
    {"claim.unknown", 404},
    {"recording.required", 400},
    {"recording.", 409},
    {"media.limit", 429},
    {"media.", 422},
    {"server.", 503},
    {"store.", 503},
};

static void security_headers(const struct sig_daemon *daemon, struct sig_exchange *exchange)
{
    static const char *const headers[][2] = {
        {"content-security-policy",
         "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self'; "
         "connect-src 'self' wss:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
         "frame-ancestors 'none'"},
        {"x-content-type-options", "nosniff"},
        {"x-frame-options", "DENY"},
        {"referrer-policy", "no-referrer"},
        {"cross-origin-opener-policy", "same-origin"},
        {"permissions-policy",
         "camera=(self), microphone=(self), display-capture=(self), geolocation=()"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
        sig_exchange_add_header(exchange, headers[i][0], headers[i][1]);
    /* RFC 6797: of the host, so only where the operator asked for it; it counts over https alone (section 7.2). */
    if (daemon->config->server.hsts_days && sig_exchange_is_secure(exchange)) {
        char age[32];
        g_snprintf(age, sizeof age, "max-age=%u", daemon->config->server.hsts_days * 86400);
        sig_exchange_add_header(exchange, "strict-transport-security", age);
    }
}

void sig_http_text(struct sig_exchange *exchange, unsigned status, GBytes *text)
{
    sig_exchange_add_header(exchange, "cache-control", "no-store");
    sig_exchange_answer(exchange, status, "application/json; charset=utf-8", text);
}

void sig_http_json(struct sig_exchange *exchange, unsigned status, json_t *body)
{
    size_t len;
    char *text = sig_json_text(body, &len);
    json_decref(body);
    g_autoptr(GBytes) bytes = g_bytes_new_with_free_func(text, len, free, text);
    sig_http_text(exchange, status, bytes);
}

void sig_http_refuse(struct sig_exchange *exchange, unsigned status, const char *code,
                     const char *message, int64_t retry_ms)
{
    if (retry_ms > 0 && (status == 429 || status == 503)) {
        char seconds[24];
        g_snprintf(seconds, sizeof seconds, "%" G_GINT64_FORMAT, (retry_ms + 999) / 1000);
        sig_exchange_add_header(exchange, "retry-after", seconds);
    }
    sig_http_json(exchange, status,
                  json_pack("{s:o}", "e", sig_error_body(code, message, retry_ms)));
}

void sig_http_error(struct sig_exchange *exchange, const char *code, const char *message,
                    int64_t retry_ms)
{
    unsigned status = 409;
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (g_str_has_prefix(code, statuses[i].code)) {
            status = statuses[i].status;
            break;
        }
    sig_http_refuse(exchange, status, code, message, retry_ms);
}

/* Whether `path` is what `pattern` describes; parts that stars stand for go to `call`. */
static bool path_matches(const char *pattern, const char *path, struct sig_call *call)
{
    while (*pattern && *path) {
        if (*pattern == '*') {
            size_t len = strcspn(path, "/");
            if (!len || call->part_count == G_N_ELEMENTS(call->parts))
                return false;
            call->parts[call->part_count++] = g_strndup(path, len);
            pattern++;
            path += len;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return !*pattern && !*path;
}

static void parts_clear(struct sig_call *call)
{
    for (unsigned i = 0; i < call->part_count; i++)
        g_clear_pointer(&call->parts[i], g_free);
    call->part_count = 0;
}

static const char *bearer(const struct sig_exchange *exchange)
{
    const char *header = sig_exchange_header(exchange, SIG_HEADER_AUTHORIZATION);
    return header && !g_ascii_strncasecmp(header, "Bearer ", 7) ? header + 7 : NULL;
}

static bool key_matches(const struct sig_daemon *daemon, const char *token)
{
    size_t len = strlen(daemon->api_key);
    unsigned char difference = !token || strlen(token) != len;
    for (size_t i = 0; token && i < len && token[i]; i++)
        difference |= (unsigned char)(token[i] ^ daemon->api_key[i]);
    return !difference;
}

/* False: answered. */
static bool token_admits(struct sig_call *call)
{
    int r = sig_auth_check(hall_secret(call->daemon->hall), bearer(call->exchange), &call->who);
    if (r == 0)
        return true;
    sig_exchange_add_header(call->exchange, "www-authenticate", "Bearer");
    if (r == -ETIME)
        sig_http_error(call->exchange, "auth.expired", "the token is too old", 0);
    else
        sig_http_error(call->exchange, "auth.bad_token", "a token is needed", 0);
    return false;
}

static bool role_admits(struct sig_call *call, enum hall_role role)
{
    if (!token_admits(call))
        return false;
    if (call->who.role != role)
        sig_http_error(call->exchange, "auth.role", "not for this role", 0);
    return call->who.role == role;
}

static bool staff_admits(struct sig_call *call)
{
    if (!token_admits(call))
        return false;
    bool is_staff = call->who.role == HALL_CLERK || call->who.role == HALL_AUDITOR ||
                    call->who.role == HALL_SUPERVISOR;
    if (!is_staff)
        sig_http_error(call->exchange, "auth.role", "for staff alone", 0);
    return is_staff;
}

static bool participant_admits(struct sig_call *call)
{
    if (!token_admits(call))
        return false;
    bool is_visitor = call->who.role == HALL_AUDITOR || call->who.role == HALL_SUPERVISOR;
    if (is_visitor)
        sig_http_error(call->exchange, "auth.role", "this role has no part in a session", 0);
    return !is_visitor;
}

/* False: answered. */
static bool guard_admits(struct sig_call *call, enum guard guard)
{
    switch (guard) {
    case ANYONE: return true;
    case LIMITED:
        if (sig_addresses_admit(call->daemon->addresses, sig_exchange_address(call->exchange),
                                clock_now_us()))
            return true;
        sig_http_error(call->exchange, "proto.limit", "too many requests from this address", 1000);
        return false;
    case KEY:
        if (key_matches(call->daemon, bearer(call->exchange)))
            return true;
        sig_http_error(call->exchange, "auth.bad_token", "the API key is needed", 0);
        return false;
    case CLERK: return role_admits(call, HALL_CLERK);
    case AUDITOR: return role_admits(call, HALL_AUDITOR);
    case KEY_OR_AUDITOR:
        return key_matches(call->daemon, bearer(call->exchange)) || role_admits(call, HALL_AUDITOR);
    case STAFF: return staff_admits(call);
    case PARTICIPANT: return participant_admits(call);
    }
    return false;
}

static bool body_read(struct sig_call *call)
{
    size_t len;
    const char *text = sig_exchange_body_text(call->exchange, &len);
    if (sig_exchange_method(call->exchange) != SIG_POST)
        return true;
    call->body = len ? sig_json_parse(text, len, SIG_BODY_BYTES) : json_object();
    if (!call->body)
        sig_http_error(call->exchange, "proto.malformed", "the body is no JSON object", 0);
    return call->body;
}

static void route_follow(struct sig_call *call, const struct route *route)
{
    if (route->begins && call->daemon->draining)
        sig_http_error(call->exchange, "server.draining", "the server is going down",
                       sig_drain_retry_ms(call->daemon));
    else if (guard_admits(call, route->guard) && (route->guard == PARTICIPANT || body_read(call)))
        route->handle(call);
    if (call->body)
        json_decref(call->body);
}

size_t sig_http_body_bytes(const char *path)
{
    return sig_http_is_whip(path) ? SIG_WHIP_BODY_BYTES : SIG_BODY_BYTES;
}

static void method_refuse(struct sig_exchange *exchange, unsigned methods)
{
    static const char *const names[] = {
        [SIG_GET] = "GET",     [SIG_HEAD] = "HEAD",     [SIG_POST] = "POST",
        [SIG_PATCH] = "PATCH", [SIG_DELETE] = "DELETE", [SIG_OPTIONS] = "OPTIONS",
    };
    g_autoptr(GString) allow = g_string_new(NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        if (methods & 1u << i)
            g_string_append_printf(allow, "%s%s", allow->len ? ", " : "", names[i]);
    sig_exchange_add_header(exchange, "allow", allow->str);
    sig_http_refuse(exchange, 405, "proto.unknown", "not this method", 0);
}

/* No route has this path and method; `methods` are bits of those that the path has. */
static void unrouted(struct sig_call *call, unsigned methods)
{
    const char *path = sig_exchange_path(call->exchange);
    enum sig_method method = sig_exchange_method(call->exchange);
    bool api = g_str_has_prefix(path, "/api/") || !strcmp(path, "/api");
    if (methods)
        method_refuse(call->exchange, methods);
    else if (api)
        sig_http_error(call->exchange, "proto.unknown", "no such address", 0);
    else if (method != SIG_GET && method != SIG_HEAD)
        method_refuse(call->exchange, 1u << SIG_GET | 1u << SIG_HEAD);
    else
        sig_http_page(call);
}

void sig_http_head(struct sig_exchange *exchange, void *daemon)
{
    security_headers(daemon, exchange);
    if (sig_http_is_whip(sig_exchange_path(exchange)))
        sig_http_whip_headers(exchange);
}

void sig_http_request(struct sig_exchange *exchange, void *daemon)
{
    struct sig_call call = {.daemon = daemon, .exchange = exchange};
    const char *path = sig_exchange_path(exchange);
    enum sig_method method = sig_exchange_method(exchange);
    unsigned methods = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(routes); i++) {
        const struct route *route = &routes[i];
        bool matches = path_matches(route->path, path, &call);
        if (matches &&
            (route->method == method || (route->method == SIG_GET && method == SIG_HEAD))) {
            route_follow(&call, route);
            parts_clear(&call);
            return;
        }
        if (matches)
            methods |= 1u << route->method | (route->method == SIG_GET ? 1u << SIG_HEAD : 0);
        parts_clear(&call);
    }
    unrouted(&call, methods);
}

struct sig_later *sig_later_create(const struct sig_call *call)
{
    struct sig_later *later = g_new0(struct sig_later, 1);
    later->daemon = call->daemon;
    later->exchange = sig_exchange_id(call->exchange);
    g_hash_table_add(call->daemon->pending, later);
    return later;
}

struct sig_exchange *sig_later_exchange(const struct sig_later *later)
{
    return sig_server_exchange(later->daemon->server, later->exchange);
}

void sig_later_destroy(struct sig_later *later)
{
    g_hash_table_remove(later->daemon->pending, later);
}

void sig_later_wait(struct sig_later *later, int result)
{
    if (result == 0)
        return;
    sig_http_error(sig_later_exchange(later), "server.busy", "too much is waiting for the hall",
                   1000);
    sig_later_destroy(later);
}
