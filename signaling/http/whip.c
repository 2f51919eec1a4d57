/* WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): the HTTP side of session/direct.h. */
#include <string.h>

#include "base/clock.h"
#include "signaling/daemon.h"
#include "signaling/http/router.h"
#include "signaling/http/routes.h"
#include "signaling/session/direct.h"
#include "signaling/session/participant.h"
#include "signaling/session/turn.h"
#include "signaling/wire/json.h"

#define SDP_TYPE "application/sdp"
#define FRAGMENT_TYPE "application/trickle-ice-sdpfrag"

enum { ETAG_BYTES = SFU_UFRAG_BYTES + 2 };

static bool begins_a_path(const char *path, const char *with)
{
    size_t len = strlen(with);
    return !strncmp(path, with, len) && (!path[len] || path[len] == '/');
}

bool sig_http_is_whip(const char *path)
{
    return begins_a_path(path, "/whip") || begins_a_path(path, "/whep");
}

void sig_http_whip_headers(struct sig_exchange *exchange)
{
    sig_exchange_add_header(exchange, "access-control-allow-origin", "*");
    sig_exchange_add_header(exchange, "access-control-expose-headers",
                            "Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After");
}

static enum sig_peer_kind kind_of(const struct sig_call *call)
{
    return begins_a_path(sig_exchange_path(call->exchange), "/whip") ? SIG_PEER_WHIP
                                                                     : SIG_PEER_WHEP;
}

/* An answer without a body, or with a text of its own type; takes `text`. */
static void answer(struct sig_exchange *exchange, unsigned status, const char *type, char *text)
{
    g_autoptr(GBytes) body = text ? g_bytes_new_take(text, strlen(text)) : NULL;
    sig_exchange_add_header(exchange, "cache-control", "no-store");
    sig_exchange_answer(exchange, status, type, body);
}

void sig_http_whip_options(struct sig_call *call)
{
    bool resource = call->part_count > 0;
    sig_exchange_add_header(call->exchange, "access-control-allow-methods",
                            resource ? "PATCH, DELETE, OPTIONS" : "POST, PATCH, DELETE, OPTIONS");
    sig_exchange_add_header(call->exchange, "access-control-allow-headers",
                            "Authorization, Content-Type, If-Match");
    sig_exchange_add_header(call->exchange, "access-control-max-age", "86400");
    sig_exchange_add_header(call->exchange, resource ? "accept-patch" : "accept-post",
                            resource ? FRAGMENT_TYPE : SDP_TYPE);
    answer(call->exchange, 204, NULL, NULL);
}

/* Whether the body is of this media type, parameters aside; else it is refused. */
static bool type_fits(struct sig_call *call, const char *type)
{
    const char *given = sig_exchange_header(call->exchange, SIG_HEADER_CONTENT_TYPE);
    size_t len = strlen(type);
    if (given && !g_ascii_strncasecmp(given, type, len) &&
        (!given[len] || strchr("; \t", given[len])))
        return true;
    g_autofree char *why = g_strdup_printf("the body must be %s", type);
    sig_http_error(call->exchange, "proto.type", why, 0);
    return false;
}

static void fault_answer(struct sig_exchange *exchange, const struct sig_direct_fault *fault)
{
    const char *code = fault->error.code, *message = fault->error.message;
    bool is_size = !strcmp(code, "media.limit") && !fault->retry_ms; /* of the offer itself */
    if (is_size)
        sig_http_refuse(exchange, 422, code, message, 0);
    else
        sig_http_error(exchange, code, message, fault->retry_ms);
}

/* The ICE session: our half of its credentials names it. */
static void etag_of(const struct sig_peer *peer, char ret_etag[ETAG_BYTES])
{
    g_snprintf(ret_etag, ETAG_BYTES, "\"%s\"", peer->negotiation.local.ufrag);
}

static void etag_add(struct sig_exchange *exchange, const struct sig_peer *peer)
{
    char etag[ETAG_BYTES];
    etag_of(peer, etag);
    sig_exchange_add_header(exchange, "etag", etag);
}

static void location_add(struct sig_call *call, const struct sig_peer *peer)
{
    g_autoptr(GUri) uri = g_uri_parse(call->daemon->public_url, G_URI_FLAGS_NONE, NULL);
    g_autofree char *location =
        g_strdup_printf("%s/%s/%s", uri ? g_uri_get_path(uri) : "",
                        peer->kind == SIG_PEER_WHIP ? "whip" : "whep", peer->resource.text);
    sig_exchange_add_header(call->exchange, "location", location);
}

/* The relays, where there are some (RFC 9725 section 4.6): a header each. */
static void links_add(struct sig_call *call)
{
    struct id name = id_random();
    json_t *servers =
        sig_turn_servers(call->daemon->turn, name.text, clock_wall_us() / G_USEC_PER_SEC);
    const json_t *server = json_array_get(servers, 0), *url;
    size_t i;
    json_array_foreach(json_object_get(server, "urls"), i, url)
    {
        g_autofree char *link = g_strdup_printf(
            "<%s>; rel=\"ice-server\"; username=\"%s\"; credential=\"%s\"; credential-type=\"password\"",
            json_string_value(url), sig_json_string(server, "username", ""),
            sig_json_string(server, "credential", ""));
        sig_exchange_add_header(call->exchange, "link", link);
    }
    json_decref(servers);
}

void sig_http_whip_post(struct sig_call *call)
{
    struct sig_direct_fault fault = {.error = {.code = "media.sdp"}};
    const struct sig_peer *peer = NULL;
    char *sdp = NULL;
    size_t len;
    if (!type_fits(call, SDP_TYPE))
        return;
    const char *body = sig_exchange_body_text(call->exchange, &len);
    g_autofree char *offer = g_strndup(body ? body : "", len);
    if (sig_direct_offer(call->daemon, &call->who, kind_of(call), offer, &sdp, &peer, &fault) < 0) {
        fault_answer(call->exchange, &fault);
        return;
    }
    location_add(call, peer);
    etag_add(call->exchange, peer);
    links_add(call);
    answer(call->exchange, 201, SDP_TYPE, sdp);
}

/* The resource that the path names; NULL: answered. */
static struct sig_peer *resource_of(struct sig_call *call, struct sig_participant **ret_participant)
{
    struct sig_peer *peer =
        sig_direct_find(call->daemon, &call->who, kind_of(call), call->parts[0], ret_participant);
    if (!peer)
        sig_http_error(call->exchange, "session.none", "there is no such resource of this token",
                       0);
    return peer;
}

/* Whether a list of entity tags (RFC 9110 section 13.1.1) has this one, or stands for any. Ours hold no comma. */
static bool is_among(const char *list, const char *etag)
{
    g_auto(GStrv) tags = g_strsplit(list, ",", -1);
    for (size_t i = 0; tags[i]; i++) {
        const char *tag = g_strstrip(tags[i]);
        if (!strcmp(tag, "*") || !strcmp(tag, "\"*\"") || !strcmp(tag, etag))
            return true;
    }
    return false;
}

/* Whether If-Match means the ICE session that is on; else it is refused (RFC 9725 section 4.3.1). */
static bool condition_holds(struct sig_call *call, const struct sig_peer *peer)
{
    const char *wanted = sig_exchange_header(call->exchange, SIG_HEADER_IF_MATCH);
    char etag[ETAG_BYTES];
    etag_of(peer, etag);
    if (wanted && is_among(wanted, etag))
        return true;
    if (wanted)
        sig_http_refuse(call->exchange, 412, "proto.precondition",
                        "If-Match names another ICE session", 0);
    else
        sig_http_refuse(call->exchange, 428, "proto.precondition", "If-Match is needed", 0);
    return false;
}

static bool fragment_read(struct sig_call *call, struct sdp_fragment *ret_fragment)
{
    struct sdp_error error;
    size_t len;
    const char *body = sig_exchange_body_text(call->exchange, &len);
    if (sdp_fragment_read(body ? body : "", len, ret_fragment, &error) == 0)
        return true;
    sig_http_error(call->exchange, error.code, error.message, 0);
    return false;
}

/* Candidates are learned from checks (RFC 8445 section 2.5): only other credentials are news. */
static bool is_restart(const struct sdp_fragment *fragment, const struct sig_peer *peer)
{
    return *fragment->ufrag && (strcmp(fragment->ufrag, peer->negotiation.remote_ufrag) ||
                                strcmp(fragment->pwd, peer->negotiation.remote_pwd));
}

void sig_http_whip_patch(struct sig_call *call)
{
    struct sig_direct_fault fault = {.error = {.code = "media.sdp"}};
    struct sig_participant *participant = NULL;
    struct sdp_fragment fragment;
    char *text = NULL;
    struct sig_peer *peer = resource_of(call, &participant);
    if (!peer || !type_fits(call, FRAGMENT_TYPE) || !condition_holds(call, peer) ||
        !fragment_read(call, &fragment))
        return;
    if (!is_restart(&fragment, peer)) {
        answer(call->exchange, 204, NULL, NULL);
        return;
    }
    if (sig_direct_restart(participant, peer, &fragment, &text, &fault) < 0) {
        fault_answer(call->exchange, &fault);
        return;
    }
    etag_add(call->exchange, peer);
    answer(call->exchange, 200, FRAGMENT_TYPE, text);
}

void sig_http_whip_delete(struct sig_call *call)
{
    struct sig_participant *participant = NULL;
    struct sig_peer *peer = resource_of(call, &participant);
    if (!peer)
        return;
    sig_direct_close(participant, peer);
    answer(call->exchange, 200, NULL, NULL);
}
