#include "sfu/transport/ice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include "base/bytes.h"

enum {
    STUN_HEADER_BYTES = 20,
    STUN_COOKIE = 0x2112a442,
    STUN_HMAC_BYTES = 20,
    UFRAG = SFU_UFRAG_BYTES - 1
};
enum { TYPE_BINDING_REQUEST = 0x0001, TYPE_BINDING_INDICATION = 0x0011 };

/* What a check may carry that must be understood (0-terminated; the agent keeps the pointer). */
static const uint16_t known_attributes[] = {
    STUN_ATTRIBUTE_MAPPED_ADDRESS,     STUN_ATTRIBUTE_USERNAME,
    STUN_ATTRIBUTE_MESSAGE_INTEGRITY,  STUN_ATTRIBUTE_ERROR_CODE,
    STUN_ATTRIBUTE_PRIORITY,           STUN_ATTRIBUTE_USE_CANDIDATE,
    STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, 0,
};

struct ice_responder {
    StunAgent agent;
    ice_find_fn find;
    void *user;
    struct ice_check *check; /* during ice_answer() */
};

int ice_responder_create(ice_find_fn find, void *user, struct ice_responder **ret_responder)
{
    struct ice_responder *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    stun_agent_init(&r->agent, known_attributes, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    r->find = find;
    r->user = user;
    *ret_responder = r;
    return 0;
}

void ice_responder_destroy(struct ice_responder *responder)
{
    free(responder);
}

/* Called by libnice before it compares the MESSAGE-INTEGRITY, of which it reads 20 bytes whatever its
 * length says: so the length is checked here. USERNAME is "ours:theirs"; ours decides. */
static bool find_password(StunAgent *agent, StunMessage *message, uint8_t *username,
                          uint16_t username_len, uint8_t **password, size_t *password_len,
                          void *user)
{
    struct ice_responder *r = user;
    uint16_t hmac_len = 0;
    if (!stun_message_find(message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, &hmac_len) ||
        hmac_len != STUN_HMAC_BYTES)
        return false;
    r->check->drop = SFU_DROP_STUN_UNKNOWN_UFRAG;
    if (!username || username_len <= UFRAG + 1 || username_len > ICE_USERNAME_BYTES_MAX ||
        username[UFRAG] != ':')
        return false;
    const char *found = NULL;
    r->check->owner = r->find(r->user, (const char *)username, &found);
    if (!r->check->owner)
        return false;
    memcpy(r->check->ufrag, username, UFRAG);
    r->check->drop = SFU_DROP_STUN_INTEGRITY;
    /* libnice takes it as non-const and only reads it. */
    *password = (uint8_t *)(uintptr_t)found;
    *password_len = strlen(found);
    return true;
}

/* Length and cookie of the header (RFC 8489 section 5). Returns the message type, or 0. */
static uint16_t read_header(const uint8_t *data, size_t len)
{
    struct bytes_reader reader = bytes_reader(data, len);
    uint16_t type = bytes_u16(&reader);
    uint16_t body = bytes_u16(&reader);
    uint32_t cookie = bytes_u32(&reader);
    if (reader.bad || len > ICE_REQUEST_BYTES_MAX || body % 4 != 0 ||
        (size_t)body + STUN_HEADER_BYTES != len || cookie != STUN_COOKIE)
        return 0;
    return type;
}

/* Attributes are type, length, value and padding to 4 bytes (RFC 8489 section 14). */
const char *ice_peek(const uint8_t *data, size_t len)
{
    if (read_header(data, len) != TYPE_BINDING_REQUEST)
        return NULL;
    struct bytes_reader r = bytes_reader(data, len);
    bytes_skip(&r, STUN_HEADER_BYTES);
    while (bytes_left(&r) > 0) {
        uint16_t type = bytes_u16(&r);
        uint16_t value_len = bytes_u16(&r);
        const uint8_t *value = bytes_take(&r, value_len);
        if (value && type == STUN_ATTRIBUTE_USERNAME)
            return value_len > UFRAG && value[UFRAG] == ':' ? (const char *)value : NULL;
        bytes_skip(&r, (4 - value_len % 4) % 4);
    }
    return NULL;
}

/* An error response to a request that proved nothing. */
static void refuse(struct ice_responder *r, const StunMessage *request, StunError code,
                   uint8_t *reply)
{
    StunMessage message;
    if (stun_agent_init_error(&r->agent, &message, reply, ICE_REPLY_BYTES, request, code))
        r->check->reply_len = stun_agent_finish_message(&r->agent, &message, NULL, 0);
}

static void refuse_attributes(struct ice_responder *r, const StunMessage *request, uint8_t *reply)
{
    StunMessage message;
    r->check->reply_len = stun_agent_build_unknown_attributes_error(&r->agent, &message, reply,
                                                                    ICE_REPLY_BYTES, request);
}

static void accept_check(struct ice_responder *r, StunMessage *request, const struct address *from,
                         uint8_t *reply)
{
    StunMessage message;
    struct sockaddr_storage source;
    socklen_t source_len = address_to_sockaddr(from, &source);
    /* As a lite agent we are controlled and have no tie-breaker: who claims to be controlled too gets
     * a 487 (RFC 8445 section 7.3.1.1), which is in the reply then. */
    bool control = false;
    size_t reply_len = ICE_REPLY_BYTES;
    StunUsageIceReturn result = stun_usage_ice_conncheck_create_reply(
        &r->agent, request, &message, reply, &reply_len, &source, source_len, &control, 0,
        STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    r->check->reply_len = reply_len;
    if (result != STUN_USAGE_ICE_RETURN_SUCCESS || control) {
        r->check->drop = SFU_DROP_STUN_MALFORMED;
        return;
    }
    r->check->use_candidate = stun_usage_ice_conncheck_use_candidate(request);
    r->check->verdict = ICE_CHECKED;
}

static void judge(struct ice_responder *r, const uint8_t *data, size_t len,
                  const struct address *from, bool may_refuse, uint8_t *reply)
{
    StunMessage request;
    StunValidationStatus status =
        stun_agent_validate(&r->agent, &request, data, len, find_password, r);
    r->check->authentic =
        status == STUN_VALIDATION_SUCCESS || status == STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE;
    switch (status) {
    case STUN_VALIDATION_SUCCESS: accept_check(r, &request, from, reply); break;
    case STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE:
        r->check->drop = SFU_DROP_STUN_MALFORMED;
        if (may_refuse)
            refuse_attributes(r, &request, reply);
        break;
    case STUN_VALIDATION_UNAUTHORIZED:
        if (may_refuse && r->check->drop != SFU_DROP_STUN_UNKNOWN_UFRAG)
            refuse(r, &request, STUN_ERROR_UNAUTHORIZED, reply);
        break;
    case STUN_VALIDATION_BAD_REQUEST:
    case STUN_VALIDATION_UNAUTHORIZED_BAD_REQUEST:
        if (may_refuse)
            refuse(r, &request, STUN_ERROR_BAD_REQUEST, reply);
        break;
    case STUN_VALIDATION_NOT_STUN:
    case STUN_VALIDATION_INCOMPLETE_STUN:
    case STUN_VALIDATION_UNMATCHED_RESPONSE:
    case STUN_VALIDATION_UNKNOWN_ATTRIBUTE:
    case STUN_VALIDATION_FORBIDDEN: break;
    }
}

void ice_answer(struct ice_responder *responder, const uint8_t *data, size_t len,
                const struct address *from, bool may_refuse, uint8_t ret_reply[ICE_REPLY_BYTES],
                struct ice_check *ret_check)
{
    *ret_check = (struct ice_check){.verdict = ICE_DROPPED, .drop = SFU_DROP_STUN_MALFORMED};
    uint16_t type = read_header(data, len);
    if (type == TYPE_BINDING_INDICATION)
        ret_check->verdict = ICE_IGNORED;
    /* A lite agent never asks, so there is no response to wait for. */
    if (type != TYPE_BINDING_REQUEST)
        return;
    responder->check = ret_check;
    judge(responder, data, len, from, may_refuse, ret_reply);
    responder->check = NULL;
    /* Nobody can make us send more than he sends, to whatever address he claims. */
    if (!ret_check->authentic && ret_check->reply_len > len)
        ret_check->reply_len = 0;
    if (ret_check->verdict != ICE_CHECKED)
        ret_check->owner = NULL;
}
