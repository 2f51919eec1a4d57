#include "tests/bench/sdp.h"

#include "tests/harness/file.h"

#include <arpa/inet.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

static const char *const own_lines[] = {
    "a=ice-ufrag:", "a=ice-pwd:",   "a=fingerprint:", "a=setup:",
    "a=ssrc",       "a=candidate:", "a=end-of-cand",  "a=ice-options:trickle"};

static bool is_own(const char *line)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(own_lines); i++)
        if (g_str_has_prefix(line, own_lines[i]))
            return true;
    return false;
}

/* ---- writing ---- */

static void transport_write(GString *out, const struct far_peer *far, const char *setup)
{
    struct sockaddr_in own;
    socklen_t len = sizeof own;
    char address[INET_ADDRSTRLEN];
    getsockname(far->fd, (struct sockaddr *)&own, &len);
    inet_ntop(AF_INET, &own.sin_addr, address, sizeof address);
    g_string_append_printf(out, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 ",
                           far->ufrag, far->pwd);
    for (unsigned i = 0; i < SFU_FINGERPRINT_BYTES; i++)
        g_string_append_printf(out, "%s%02X", i ? ":" : "", far->fingerprint[i]);
    g_string_append_printf(out,
                           "\r\na=setup:%s\r\na=candidate:1 1 udp 2122260223 %s %u typ host\r\n"
                           "a=end-of-candidates\r\n",
                           setup, address, ntohs(own.sin_port));
}

static void ssrcs_write(GString *out, const struct outlet *outlet, bool video)
{
    if (video)
        g_string_append_printf(out, "a=ssrc-group:FID %u %u\r\n", outlet->ssrc, outlet->rtx_ssrc);
    g_string_append_printf(out, "a=ssrc:%u cname:load\r\na=ssrc:%u msid:- load%d\r\n", outlet->ssrc,
                           outlet->ssrc, video);
    if (video)
        g_string_append_printf(out, "a=ssrc:%u cname:load\r\na=ssrc:%u msid:- load%d\r\n",
                               outlet->rtx_ssrc, outlet->rtx_ssrc, video);
}

static void bundle_write(GString *out, const char *line, unsigned sections)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_string_append(out, words[0]);
    for (unsigned i = 1; words[i] && (!sections || i <= sections); i++)
        g_string_append_printf(out, " %s", words[i]);
    g_string_append(out, "\r\n");
}

char *sdp_offer(struct leg *leg, unsigned sections, bool active)
{
    g_autofree char *path = file_data_path("sdp/chromium-slots.sdp");
    g_autofree char *model = file_read(path, NULL);
    g_auto(GStrv) lines = g_strsplit(model, "\n", -1);
    g_autoptr(GString) out = g_string_new(NULL);
    unsigned section = 0; /* 1 is the first */
    for (unsigned i = 0; lines[i]; i++) {
        const char *line = g_strchomp(lines[i]);
        bool begins = g_str_has_prefix(line, "m=");
        if ((begins || !*line) && section >= 1 && section <= LEG_KINDS)
            ssrcs_write(out, &leg->outlets[section - 1], section - 1 == SFU_VIDEO);
        if (begins && sections && section == sections)
            return g_string_free(g_steal_pointer(&out), FALSE);
        if (!*line || is_own(line))
            continue;
        if (g_str_has_prefix(line, "o="))
            g_string_append_printf(out, "o=- %u 2 IN IP4 127.0.0.1\r\n", leg->outlets[0].ssrc);
        else if (g_str_has_prefix(line, "a=group:BUNDLE"))
            bundle_write(out, line, sections);
        else
            g_string_append_printf(out, "%s\r\n", line);
        if (g_str_has_prefix(line, "a=rtcp:") || g_str_has_prefix(line, "c=IN")) {
            if (g_str_has_prefix(line, "c=IN"))
                transport_write(out, leg->far, active ? "active" : "actpass");
        }
        section += begins;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *sdp_answer(const struct leg *leg, const char *offer)
{
    g_auto(GStrv) lines = g_strsplit(offer, "\n", -1);
    g_autoptr(GString) out = g_string_new(NULL);
    for (unsigned i = 0; lines[i]; i++) {
        const char *line = g_strchomp(lines[i]);
        if (!*line || is_own(line) || g_str_has_prefix(line, "a=msid"))
            continue;
        if (g_str_equal(line, "a=sendonly") || g_str_equal(line, "a=sendrecv"))
            line = "a=recvonly";
        g_string_append_printf(out, "%s\r\n", line);
        if (g_str_has_prefix(line, "c=IN"))
            transport_write(out, leg->far, "active");
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* ---- reading ---- */

struct reading {
    struct leg *leg;
    struct leg_media media; /* of the section at hand */
    int kind;               /* -1: none of ours */
    unsigned apt;
    bool sends, takes, aimed;
};

static void media_line(struct leg_media *media, int kind, const char *line)
{
    unsigned number, apt;
    char name[128];
    if (sscanf(line, "a=rtpmap:%u %127s", &number, name) == 2) {
        const char *wanted = kind == SFU_VIDEO ? "VP8/90000" : "opus/48000/2";
        if (!media->pt && !g_ascii_strcasecmp(name, wanted))
            media->pt = (uint8_t)number;
    } else if (sscanf(line, "a=fmtp:%u apt=%u", &number, &apt) == 2) {
        if (media->pt && apt == media->pt)
            media->rtx_pt = (uint8_t)number;
    } else if (sscanf(line, "a=extmap:%u%*[^ ] %127s", &number, name) == 2 ||
               sscanf(line, "a=extmap:%u %127s", &number, name) == 2) {
        if (g_str_has_suffix(name, "sdes:mid"))
            media->mid_id = (uint8_t)number;
        else if (strstr(name, "transport-wide-cc"))
            media->transport_cc_id = (uint8_t)number;
        else if (g_str_has_suffix(name, "abs-send-time"))
            media->send_time_id = (uint8_t)number;
    } else if (g_str_has_prefix(line, "a=mid:")) {
        g_strlcpy(media->mid, line + 6, sizeof media->mid);
    }
}

static void transport_line(struct reading *reading, const char *line)
{
    struct far_peer *far = reading->leg->far;
    char address[64];
    unsigned port;
    struct sockaddr_in to = {.sin_family = AF_INET};
    if (g_str_has_prefix(line, "a=ice-ufrag:"))
        g_strlcpy(far->theirs.ufrag, line + 12, sizeof far->theirs.ufrag);
    else if (g_str_has_prefix(line, "a=ice-pwd:"))
        g_strlcpy(far->theirs.pwd, line + 10, sizeof far->theirs.pwd);
    else if (g_str_has_prefix(line, "a=fingerprint:sha-256 "))
        g_strlcpy(far->server_fingerprint, line + 22, sizeof far->server_fingerprint);
    else if (!reading->aimed &&
             sscanf(line, "a=candidate:%*s %*u %*s %*u %63s %u typ host", address, &port) == 2 &&
             inet_pton(AF_INET, address, &to.sin_addr) == 1) {
        to.sin_port = htons((uint16_t)port);
        memcpy(&far->to, &to, sizeof to);
        far->to_len = sizeof to;
        reading->aimed = true;
    }
}

/* The first section of a kind that sends, and the first that takes, are the ones used. */
static void section_end(struct reading *reading)
{
    struct leg *leg = reading->leg;
    if (reading->kind >= 0 && reading->media.pt) {
        if (reading->sends && !leg->inlets[reading->kind].media.pt)
            leg->inlets[reading->kind].media = reading->media;
        if (reading->takes && !leg->outlets[reading->kind].media.pt)
            leg->outlets[reading->kind].media = reading->media;
    }
    reading->media = (struct leg_media){0};
    reading->sends = reading->takes = false;
}

bool sdp_read(struct leg *leg, const char *sdp)
{
    g_auto(GStrv) lines = g_strsplit(sdp, "\n", -1);
    struct reading reading = {.leg = leg, .kind = -1};
    for (unsigned i = 0; lines[i]; i++) {
        const char *line = g_strchomp(lines[i]);
        if (g_str_has_prefix(line, "m=")) {
            section_end(&reading);
            reading.kind = g_str_has_prefix(line, "m=audio")   ? SFU_AUDIO
                           : g_str_has_prefix(line, "m=video") ? SFU_VIDEO
                                                               : -1;
        }
        reading.sends |= g_str_equal(line, "a=sendonly") || g_str_equal(line, "a=sendrecv");
        reading.takes |= g_str_equal(line, "a=recvonly") || g_str_equal(line, "a=sendrecv");
        transport_line(&reading, line);
        if (reading.kind >= 0)
            media_line(&reading.media, reading.kind, line);
    }
    section_end(&reading);
    return reading.aimed && *leg->far->theirs.ufrag && *leg->far->server_fingerprint;
}
