/* What a browser's address bar, or anything else, sends to the web server: the bytes of one connection, with a number
 * before them that says where they are cut in two. Requests get answers of HTTP or none; whatever they are, the next
 * connection is served. A dollar sign stands for things that only we could have signed: $T an auditor's token, $K the
 * API's key, $R a replay grant, $C a token of somebody in a session, $P and $E the resource and the ICE session that he
 * has by WHIP. The session stays for the next inputs until one of them ends it. */
#include <assert.h>
#include <string.h>

#include "signaling/session/auth.h"
#include "signaling/session/participant.h"
#include "signaling/session/session.h"
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

static const char opening[] = "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\n"
                              "Authorization: Bearer $K\r\nContent-Type: application/json\r\n"
                              "Content-Length: 35\r\n\r\n"
                              "{\"matter\":\"SB01\",\"recording\":false}";

static struct sig_session *any_session(void)
{
    GHashTableIter iter;
    gpointer session = NULL;
    g_hash_table_iter_init(&iter, web_daemon()->sessions);
    return g_hash_table_iter_next(&iter, NULL, &session) ? session : NULL;
}

static void fill(GByteArray *input, const uint8_t *data, size_t size);

/* The first one in the session, which is opened when there is none. */
static struct sig_participant *guest(void)
{
    if (!any_session()) {
        g_autoptr(GByteArray) request = g_byte_array_new(), answer = g_byte_array_new();
        fill(request, (const uint8_t *)opening, strlen(opening));
        int fd = web_connect();
        bool open = web_say(fd, request->data, request->len, answer) &&
                    web_expect(fd, answer, "\"session\":");
        if (!open || !any_session())
            g_error("no session: %.*s", (int)answer->len, (char *)answer->data);
        web_close(fd);
    }
    return any_session()->participants[0];
}

static const char *of_guest(char what)
{
    static char *own_token, subject[ID_BYTES];
    const struct sig_participant *one = guest();
    const struct sig_peer *peer = one->publisher;
    if (what != 'C')
        return !peer ? "none" : what == 'P' ? peer->resource.text : peer->negotiation.local.ufrag;
    if (!own_token || strcmp(subject, one->subject)) {
        struct sig_identity identity = {.role = one->role};
        g_strlcpy(identity.subject, one->subject, sizeof identity.subject);
        g_strlcpy(identity.session, one->session->id.text, sizeof identity.session);
        g_strlcpy(subject, one->subject, sizeof subject);
        g_free(own_token);
        own_token = sig_auth_issue(hall_secret(web_daemon()->hall), &identity, 3600 * 24);
    }
    return own_token;
}

static void fill(GByteArray *input, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t next = i + 1 < size ? data[i + 1] : 0;
        const char *text = data[i] != '$'                              ? NULL
                           : next == 'T'                               ? token
                           : next == 'R'                               ? grant
                           : next == 'K'                               ? web_daemon()->api_key
                           : next == 'C' || next == 'P' || next == 'E' ? of_guest((char)next)
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
