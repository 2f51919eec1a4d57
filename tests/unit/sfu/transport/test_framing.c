/* Packets out of a byte stream however it is cut, and lengths that no packet has. */
#include "sfu/transport/framing.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

static void feed(struct framing *framing, const uint8_t *data, size_t len)
{
    size_t room;
    uint8_t *at = framing_room(framing, &room);
    g_assert_cmpuint(room, >=, len);
    memcpy(at, data, len);
    framing_received(framing, len);
}

static void expect(struct framing *framing, const void *packet, size_t len)
{
    const uint8_t *data;
    size_t got;
    g_assert_cmpint(framing_take(framing, &data, &got), ==, 1);
    g_assert_cmpmem(data, got, packet, len);
}

static void expect_none(struct framing *framing, int r)
{
    const uint8_t *data;
    size_t len;
    g_assert_cmpint(framing_take(framing, &data, &len), ==, r);
}

static void test_byte_by_byte(void)
{
    static const uint8_t stream[] = {0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'};
    struct framing framing = {0};
    for (unsigned i = 0; i < sizeof stream; i++) {
        feed(&framing, &stream[i], 1);
        if (i == 4)
            expect(&framing, "abc", 3);
        if (i == 9)
            expect(&framing, "d", 1);
        expect_none(&framing, 0);
    }
}

static void test_many_at_once(void)
{
    static const uint8_t stream[] = {0, 1, 'a', 0, 2, 'b', 'c', 0, 9, 'd'};
    struct framing framing = {0};
    feed(&framing, stream, sizeof stream);
    expect(&framing, "a", 1);
    expect(&framing, "bc", 2);
    expect_none(&framing, 0);
    feed(&framing, (const uint8_t *)"ddddefgh", 8);
    expect(&framing, "dddddefgh", 9);
}

static void test_longest(void)
{
    uint8_t head[FRAMING_HEAD_BYTES], body[FRAMING_PACKET_BYTES_MAX];
    struct framing framing = {0};
    memset(body, 7, sizeof body);
    for (unsigned i = 0; i < 5; i++) {
        framing_head(head, sizeof body);
        feed(&framing, head, sizeof head);
        expect_none(&framing, 0);
        feed(&framing, body, sizeof body);
        expect(&framing, body, sizeof body);
    }
    framing_head(head, sizeof body + 1);
    feed(&framing, head, sizeof head);
    expect_none(&framing, -EBADMSG);
    expect_none(&framing, -EBADMSG); /* and for good */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/framing/byte-by-byte", test_byte_by_byte);
    g_test_add_func("/sfu/framing/many-at-once", test_many_at_once);
    g_test_add_func("/sfu/framing/longest", test_longest);
    return g_test_run();
}
