/* Trickle fragments (RFC 8840): what a client says of its ICE after the offer, and our answer to a restart. */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "signaling/sdp/offer.h"

enum { MAX_LINE_BYTES = 1024 };

/* How long the first line is, without its end; `ret_taken` with it. */
static size_t line_take(const char *text, size_t len, size_t *ret_taken)
{
    const char *end = memchr(text, '\n', len);
    size_t line = end ? (size_t)(end - text) : len;

    *ret_taken = end ? line + 1 : line;
    return line && text[line - 1] == '\r' ? line - 1 : line;
}

/* The value behind `prefix`, NULL: another line. */
static const char *value_of(const char *line, size_t len, const char *prefix, size_t *ret_len)
{
    size_t head = strlen(prefix);

    if (len < head || memcmp(line, prefix, head) != 0)
        return NULL;
    *ret_len = len - head;
    return line + head;
}

/* Copies the first one only: further sections of a bundle repeat it, or mean nothing. */
static int text_take(const char *value, size_t len, size_t least, char *ret_text, size_t size,
                     struct sdp_error *ret_error)
{
    if (*ret_text)
        return 0;
    if (len < least || len >= size || !sdp_ice_text_is_valid(value, len))
        return sdp_fail(ret_error, "media.sdp", "a=ice-%s is not %zu to %zu ice-chars",
                        least == SDP_MIN_UFRAG ? "ufrag" : "pwd", least, size - 1);
    memcpy(ret_text, value, len);
    ret_text[len] = '\0';
    return 0;
}

static int line_read(const char *line, size_t len, unsigned number, struct sdp_fragment *fragment,
                     struct sdp_error *ret_error)
{
    const char *value;
    size_t value_len;

    if (len > MAX_LINE_BYTES || len < 2 || line[1] != '=' || !g_ascii_islower(line[0]) ||
        memchr(line, '\0', len))
        return sdp_fail(ret_error, "media.sdp", "line %u of the fragment: not \"x=…\"", number);
    if ((value = value_of(line, len, "a=ice-ufrag:", &value_len)))
        return text_take(value, value_len, SDP_MIN_UFRAG, fragment->ufrag, sizeof fragment->ufrag,
                         ret_error);
    if ((value = value_of(line, len, "a=ice-pwd:", &value_len)))
        return text_take(value, value_len, SDP_MIN_PWD, fragment->pwd, sizeof fragment->pwd,
                         ret_error);
    return 0;
}

int sdp_fragment_read(const char *text, size_t len, struct sdp_fragment *ret_fragment,
                      struct sdp_error *ret_error)
{
    struct sdp_fragment fragment = {"", ""};
    unsigned number = 0;
    size_t taken;

    for (size_t at = 0; at < len; at += taken) {
        size_t line = line_take(text + at, len - at, &taken);
        if (++number > SDP_MAX_FRAGMENT_LINES)
            return sdp_fail(ret_error, "media.sdp", "the fragment has more than %d lines",
                            SDP_MAX_FRAGMENT_LINES);
        int r = line_read(text + at, line, number, &fragment, ret_error);
        if (r < 0)
            return r;
    }
    if (!number || !*fragment.ufrag != !*fragment.pwd)
        return sdp_fail(ret_error, "media.sdp",
                        number ? "a=ice-ufrag and a=ice-pwd come together" : "nothing in it");
    *ret_fragment = fragment;
    return 0;
}

static const struct sfu_section *first_section(const struct sfu_negotiation *negotiation)
{
    unsigned i = 0;

    while (i + 1 < negotiation->section_count && !negotiation->sections[i].payload_count)
        i++;
    return &negotiation->sections[i];
}

char *sdp_fragment_write(const struct sfu_negotiation *negotiation,
                         const struct sfu_candidate *candidates, size_t candidate_count)
{
    const struct sfu_section *section = first_section(negotiation);
    GString *text = g_string_new("a=ice-lite\r\n");

    g_string_append_printf(text, "m=%s 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:%s\r\n",
                           section->kind == SFU_AUDIO ? "audio" : "video", section->mid);
    g_string_append_printf(text, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", negotiation->local.ufrag,
                           negotiation->local.pwd);
    for (size_t i = 0; i < candidate_count; i++)
        g_string_append_printf(text, "a=candidate:%zu 1 %s %u %s %u typ host%s\r\n", i + 1,
                               candidates[i].tcp ? "tcp" : "udp", candidates[i].priority,
                               candidates[i].address, candidates[i].port,
                               candidates[i].tcp ? " tcptype passive" : "");
    g_string_append(text, "a=end-of-candidates\r\n");
    return g_string_free(text, FALSE);
}

void sdp_restart(struct sdp_memory *memory, struct sfu_negotiation *negotiation,
                 const struct sfu_ice *fresh, const char *ufrag, const char *pwd)
{
    memory->local = negotiation->local = *fresh;
    g_strlcpy(memory->remote_ufrag, ufrag, sizeof memory->remote_ufrag);
    g_strlcpy(memory->remote_pwd, pwd, sizeof memory->remote_pwd);
    g_strlcpy(negotiation->remote_ufrag, ufrag, sizeof negotiation->remote_ufrag);
    g_strlcpy(negotiation->remote_pwd, pwd, sizeof negotiation->remote_pwd);
}
