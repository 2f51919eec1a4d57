/* A WebSocket and what comes over it: the input's first byte says as whom hello is said (or not at all), then each line
 * is one text, and a line that begins with \x01 is sent as the bytes that it is, frame heads and all. Whatever it is,
 * the server answers in whole frames or closes. */
#include <assert.h>
#include <string.h>

#include "signaling/session/auth.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/web.h"

enum { MAX_BYTES = 20000, RAW = 1 };

static const char handshake[] = "GET /ws HTTP/1.1\r\n"
                                "Host: localhost\r\n"
                                "Upgrade: websocket\r\n"
                                "Connection: Upgrade\r\n"
                                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                                "Sec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Protocol: shipinban.v1\r\n\r\n";

/* Masked with zeros: the text as it is. */
static void text_put(GByteArray *bytes, const void *text, size_t len)
{
    guint8 head[14] = {0x81};
    guint at = 2;
    if (len < 126) {
        head[1] = (guint8)(0x80 | len);
    } else {
        head[1] = 0x80 | 126;
        head[2] = (guint8)(len >> 8);
        head[3] = (guint8)len;
        at = 4;
    }
    g_byte_array_append(bytes, head, at + 4);
    g_byte_array_append(bytes, text, (guint)len);
}

static bool hello_say(int fd, uint8_t who, GByteArray *answer)
{
    static const enum hall_role roles[] = {HALL_CITIZEN, HALL_CLERK, HALL_AUDITOR};
    static char *tokens[G_N_ELEMENTS(roles)];
    unsigned i = who % G_N_ELEMENTS(roles);
    if (!tokens[i]) {
        struct sig_identity identity = {.role = roles[i], .window = i == 1 ? 2 : 0};
        g_strlcpy(identity.subject, i ? "3002" : "37xsmw5fprgejdva2bf8mymrrc",
                  sizeof identity.subject);
        tokens[i] = sig_auth_issue(hall_secret(web_daemon()->hall), &identity, 3600 * 24);
    }
    g_autofree char *text = g_strdup_printf(
        "{\"t\":\"req\",\"id\":1,\"m\":\"hello\",\"d\":{\"token\":\"%s\"}}", tokens[i]);
    g_autoptr(GByteArray) frame = g_byte_array_new();
    text_put(frame, text, strlen(text));
    return web_say(fd, frame->data, frame->len, answer) &&
           web_expect(fd, answer, "\"t\":\"res\",\"id\":1");
}

static bool line_say(int fd, const uint8_t *line, size_t len)
{
    g_autoptr(GByteArray) frame = g_byte_array_new();
    if (len && *line == RAW)
        return web_say(fd, line + 1, len - 1, NULL);
    text_put(frame, line, len);
    return web_say(fd, frame->data, frame->len, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GByteArray) answer = g_byte_array_new();
    if (size < 2 || size > MAX_BYTES)
        return 0;
    int fd = web_connect();
    bool open = web_say(fd, handshake, strlen(handshake), answer);
    assert(open && answer->len > 12 && !memcmp(answer->data, "HTTP/1.1 101", 12));
    if (data[0] & 3)
        open = hello_say(fd, (data[0] & 3) - 1, answer);
    for (size_t at = 1; open && at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t len = end ? (size_t)(end - data) - at : size - at;
        open = line_say(fd, data + at, len);
        at += len + 1;
    }
    web_close(fd);
    return 0;
}
