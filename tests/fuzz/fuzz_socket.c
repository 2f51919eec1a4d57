/* A WebSocket and what comes over it: the input's first byte says who speaks (or nobody, without a hello), then each
 * line is one text, and a line that begins with \x01 is sent as the bytes that it is, frame heads and all. Whatever it
 * is, the server answers in whole frames or closes.
 *
 * Who said hello stays for the next inputs, with the answers that were kept for him forgotten, until he was closed, sent
 * bytes that may be half a frame, or has said nearly as much as a connection may: most inputs would be the price of a
 * hello otherwise. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signaling/session/auth.h"
#include "signaling/session/client.h"
#include "signaling/wire/conn.h"
#include "signaling/wire/server.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/web.h"

enum {
    MAX_BYTES = 20000,
    RAW = 1,
    MOST_LINES = 16, /* of an input */
    LINES_KEPT = 64, /* of a connection: with the last input's below what it may say at once */
};

struct caller {
    uint64_t conn; /* 0: there is none */
    int fd;
    unsigned lines;
};

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

static bool hello_say(int fd, unsigned who, GByteArray *answer)
{
    static const enum hall_role roles[] = {HALL_CITIZEN, HALL_CLERK, HALL_AUDITOR};
    static char *tokens[G_N_ELEMENTS(roles)];
    if (!tokens[who]) {
        struct sig_identity identity = {.role = roles[who], .window = who == 1 ? 2 : 0};
        g_strlcpy(identity.subject, who ? "3002" : "37xsmw5fprgejdva2bf8mymrrc",
                  sizeof identity.subject);
        tokens[who] = sig_auth_issue(hall_secret(web_daemon()->hall), &identity, 3600 * 24);
    }
    g_autofree char *text = g_strdup_printf(
        "{\"t\":\"req\",\"id\":1,\"m\":\"hello\",\"d\":{\"token\":\"%s\"}}", tokens[who]);
    g_autoptr(GByteArray) frame = g_byte_array_new();
    text_put(frame, text, strlen(text));
    return web_say(fd, frame->data, frame->len, answer) &&
           web_expect(fd, answer, "\"t\":\"res\",\"id\":1");
}

static struct sig_conn *conn_of(const struct caller *caller)
{
    return sig_server_conn(web_daemon()->server, caller->conn);
}

/* `who`: of hello's roles; negative: nobody. */
static bool caller_connect(struct caller *caller, int who)
{
    g_autoptr(GByteArray) answer = g_byte_array_new();
    caller->fd = web_connect();
    caller->lines = 0;
    bool open = web_say(caller->fd, handshake, strlen(handshake), answer);
    assert(open && answer->len > 12 && !memcmp(answer->data, "HTTP/1.1 101", 12));
    caller->conn = web_last_conn();
    assert(conn_of(caller));
    return who < 0 || hello_say(caller->fd, (unsigned)who, answer);
}

static void caller_close(struct caller *caller)
{
    web_close(caller->fd);
    caller->conn = 0;
}

/* Texts go together, as a browser's that come fast; bytes by themselves, so that they are cut where the input says. */
static bool lines_say(struct caller *caller, const uint8_t *data, size_t size, bool *ret_raw)
{
    g_autoptr(GByteArray) frames = g_byte_array_new();
    unsigned lines = 0;
    bool open = true;
    for (size_t at = 0; open && at < size && lines < MOST_LINES; lines++) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t len = end ? (size_t)(end - data) - at : size - at;
        if (len && data[at] == RAW) {
            *ret_raw = true;
            open = web_say(caller->fd, frames->data, frames->len, NULL) &&
                   web_say(caller->fd, data + at + 1, len - 1, NULL);
            g_byte_array_set_size(frames, 0);
        } else {
            text_put(frames, data + at, len);
        }
        at += len + 1;
    }
    caller->lines += lines;
    return open && web_say(caller->fd, frames->data, frames->len, NULL);
}

/* What repeats an id of the last input is no repetition. */
static bool answers_forget(const struct caller *caller)
{
    struct sig_conn *conn = conn_of(caller);
    struct sig_client *client = conn && !sig_conn_is_closing(conn) ? sig_conn_client(conn) : NULL;
    if (!client)
        return false;
    sig_answers_finish(&client->answers);
    client->answers = (struct sig_answers){0};
    return true;
}

static struct caller callers[4];

static void end(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(callers); i++)
        if (callers[i].conn)
            caller_close(&callers[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool began;
    bool raw = false;
    if (size < 2 || size > MAX_BYTES)
        return 0;
    web_daemon();
    if (!began)
        atexit(end);
    began = true;
    unsigned who = data[0] % G_N_ELEMENTS(callers);
    struct caller *caller = &callers[who];
    bool open = caller->conn || caller_connect(caller, (int)who - 1);
    open = open && lines_say(caller, data + 1, size - 1, &raw);
    if (!open || !who || raw || caller->lines > LINES_KEPT || !answers_forget(caller))
        caller_close(caller);
    return 0;
}
