/* What a browser's address bar, or anything else, sends to the web server: the bytes of one connection, with a number
 * before them that says where they are cut in two. Requests get answers of HTTP or none; whatever they are, the next
 * connection is served. A dollar sign stands for things that only we could have signed: $T an auditor's token, $K the
 * API's key, $R a replay grant. */
#include <assert.h>
#include <string.h>

#include "signaling/session/auth.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/web.h"

enum { MAX_BYTES = 20000 };

#define SESSION "37xsmw5fprgejdva2bf8mymrrc"

static char *token, *grant;

static void signed_make(void)
{
    struct sig_identity auditor = {.role = HALL_AUDITOR, .subject = "9001"};
    const uint8_t *secret = hall_secret(web_daemon()->hall);
    token = sig_auth_issue(secret, &auditor, 3600 * 24);
    grant = sig_auth_issue_replay(secret, "9001", SESSION);
    assert(token && grant);
}

static void put(GByteArray *input, const char *text)
{
    g_byte_array_append(input, (const guint8 *)text, (guint)strlen(text));
}

static void fill(GByteArray *input, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t next = i + 1 < size ? data[i + 1] : 0;
        const char *text = data[i] != '$' ? NULL
                           : next == 'T'  ? token
                           : next == 'R'  ? grant
                           : next == 'K'  ? web_daemon()->api_key
                                          : NULL;
        if (text)
            put(input, text);
        else
            g_byte_array_append(input, data + i, 1);
        i += text != NULL;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GByteArray) input = g_byte_array_new(), answer = g_byte_array_new();
    if (size < 2 || size > MAX_BYTES)
        return 0;
    if (!token)
        signed_make();
    fill(input, data + 2, size - 2);
    guint cut = MIN((guint)(data[0] << 8 | data[1]), input->len);
    int fd = web_connect();
    if (web_say(fd, input->data, cut, answer) && cut < input->len)
        web_say(fd, input->data + cut, input->len - cut, answer);
    web_close(fd);
    assert(!answer->len || (answer->len > 12 && !memcmp(answer->data, "HTTP/1.", 7)));
    return 0;
}
