/* A token and a Range header from somebody else: never accepted as a token, and a range lies inside of the file. Then the
 * same bytes as the claims of a token that we signed: who is accepted is somebody. */
#include <assert.h>
#include <string.h>

#include "signaling/http/range.h"
#include "signaling/session/auth.h"
#include "tests/fuzz/fuzz.h"

#include <glib.h>
#include <openssl/hmac.h>

enum { FILE_BYTES = 100000 };

/* RFC 7515: unpadded base64 with - and _. */
static char *base64url(const void *data, size_t len)
{
    char *text = g_base64_encode(data, len);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    text[strcspn(text, "=")] = '\0';
    return text;
}

static char *sign(const uint8_t secret[HALL_SECRET_BYTES], const uint8_t *claims, size_t len)
{
    static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"HS256\"}";
    g_autofree char *first = base64url(head, strlen(head)), *second = base64url(claims, len);
    g_autofree char *text = g_strconcat(first, ".", second, NULL);
    uint8_t mac[32];
    unsigned mac_len = sizeof mac;
    HMAC(EVP_sha256(), secret, HALL_SECRET_BYTES, (const uint8_t *)text, strlen(text), mac,
         &mac_len);
    g_autofree char *third = base64url(mac, mac_len);
    return g_strconcat(text, ".", third, NULL);
}

static void signed_check(const uint8_t secret[HALL_SECRET_BYTES], const uint8_t *data, size_t size)
{
    struct sig_identity identity;
    g_autofree char *token = sign(secret, data, size);
    if (sig_auth_check(secret, token, &identity) == 0) {
        assert(*identity.subject && memchr(identity.subject, '\0', sizeof identity.subject));
        assert(memchr(identity.session, '\0', sizeof identity.session));
        assert(hall_role_name(identity.role));
    }
    (void)sig_auth_check_replay(secret, token, "37xsmw5fprgejdva2bf8mymrrc");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t secret[HALL_SECRET_BYTES] = {1, 2, 3};
    struct sig_identity identity;
    uint64_t first = 0, len = 0;
    g_autofree char *text = g_strndup((const char *)data, size);
    assert(sig_auth_check(secret, text, &identity) < 0);
    assert(sig_auth_check_replay(secret, text, "37xsmw5fprgejdva2bf8mymrrc") < 0);
    if (sig_range_read(text, FILE_BYTES, &first, &len) == SIG_RANGE_PART)
        assert(len > 0 && first < FILE_BYTES && len <= FILE_BYTES - first);
    signed_check(secret, data, size);
    return 0;
}
