/* STUN as it comes from the network (first byte even), and attributes inside a request that is otherwise
 * sound, with a right MESSAGE-INTEGRITY and FINGERPRINT behind them (odd): so that what lies behind the
 * authentication is reached too. */
#include "sfu/transport/demux.h"
#include "sfu/transport/ice.h"
#include "sfu/transport/udp.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <stun/stunagent.h>

#define PASSWORD "0123456789abcdefghijABCD"

enum { HEADER = 20, TRAILER = 64 };

static int owner;

static void *find(void *user, const char *ufrag, const char **ret_password)
{
    if (ufrag[0] != 'A')
        return NULL;
    *ret_password = PASSWORD;
    return &owner;
}

/* A request around `attributes`; returns its length, 0 when it cannot be made. */
static size_t wrap(uint8_t *buffer, const uint8_t *attributes, size_t len)
{
    static const uint16_t known[] = {STUN_ATTRIBUTE_USERNAME, 0};
    static StunAgent agent;
    StunMessage message;
    stun_agent_init(&agent, known, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    len -= len % 4;
    if (!stun_agent_init_request(&agent, &message, buffer, HEADER + len + TRAILER, STUN_BINDING))
        return 0;
    memcpy(buffer + HEADER, attributes, len);
    buffer[2] = (uint8_t)(len >> 8);
    buffer[3] = (uint8_t)len;
    size_t whole =
        stun_agent_finish_message(&agent, &message, (const uint8_t *)PASSWORD, strlen(PASSWORD));
    StunTransactionId id;
    stun_message_id(&message, id);
    stun_agent_forget_transaction(&agent, id);
    return whole;
}

static void expect_sound(const struct ice_check *check, size_t len, bool may_refuse)
{
    assert(check->reply_len <= ICE_REPLY_BYTES);
    if (check->verdict == ICE_CHECKED)
        assert(check->owner == &owner && check->ufrag[0] == 'A' && check->reply_len > 0);
    else
        assert(!check->owner);
    if (check->verdict == ICE_IGNORED)
        assert(check->reply_len == 0);
    /* Nobody makes us send more than he sent, unless he has proved who he is. */
    if (check->verdict == ICE_DROPPED && check->drop == SFU_DROP_STUN_INTEGRITY)
        assert(check->reply_len <= len && (may_refuse || !check->reply_len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ice_responder *responder;
    if (!responder && ice_responder_create(find, NULL, &responder) < 0)
        abort();
    if (size < 2 || size > 1400)
        return 0;
    bool may_refuse = data[0] & 2;
    bool wrapped = data[0] & 1;
    struct address from = {.family = AF_INET, .port = 9, .ip = {127, 0, 0, 1}};
    uint8_t *buffer = calloc(1, size + HEADER + TRAILER + UDP_SPARE_BYTES);
    size_t len = size - 1;
    if (wrapped)
        len = wrap(buffer, data + 1, len);
    else
        memcpy(buffer, data + 1, len);
    if (wrapped || demux_classify(buffer, len) == DEMUX_STUN) {
        uint8_t reply[ICE_REPLY_BYTES];
        struct ice_check check;
        ice_answer(responder, buffer, len, &from, may_refuse, reply, &check);
        expect_sound(&check, len, may_refuse);
    }
    free(buffer);
    return 0;
}
