#include "tests/flow/media_offer.h"

#include <arpa/inet.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

static void section_print(const struct far_peer *peer, unsigned mid, const char *kind,
                          const char *direction, uint32_t ssrc)
{
    bool audio = !strcmp(kind, "audio");
    printf("m=%s 9 UDP/TLS/RTP/SAVPF %d\r\nc=IN IP4 0.0.0.0\r\n", kind, audio ? OPUS_PT : VP8_PT);
    printf("a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 ", peer->ufrag, peer->pwd);
    for (unsigned i = 0; i < SFU_FINGERPRINT_BYTES; i++)
        printf("%s%02X", i ? ":" : "", peer->fingerprint[i]);
    printf("\r\na=setup:actpass\r\na=mid:%u\r\na=%s\r\na=rtcp-mux\r\n", mid, direction);
    if (audio)
        printf("a=rtpmap:%d opus/48000/2\r\n", OPUS_PT);
    else
        printf("a=rtpmap:%d VP8/90000\r\na=rtcp-fb:%d nack\r\na=rtcp-fb:%d nack pli\r\n", VP8_PT,
               VP8_PT, VP8_PT);
    if (ssrc)
        printf("a=ssrc:%u cname:flow\r\n", ssrc);
}

void media_offer_print(const struct far_peer *peer)
{
    unsigned slots = 4, mid = 0;
    printf("v=0\r\no=- %u 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE", g_random_int());
    for (unsigned i = 0; i < 3 + 2 * slots; i++)
        printf(" %u", i);
    printf("\r\n");
    section_print(peer, mid++, "audio", "sendonly", AUDIO_SSRC);
    section_print(peer, mid++, "video", "sendonly", VIDEO_SSRC);
    section_print(peer, mid++, "video", "inactive", 0);
    for (unsigned i = 0; i < slots; i++)
        section_print(peer, mid++, "audio", "recvonly", 0);
    for (unsigned i = 0; i < slots; i++)
        section_print(peer, mid++, "video", "recvonly", 0);
    printf(".\n");
    fflush(stdout);
}

bool media_answer_read(struct far_peer *peer, struct media_slots *ret_slots)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    char line[512], address[64];
    unsigned port;
    uint32_t ssrc;
    struct media_slots slots = {0};
    while (fgets(line, sizeof line, stdin) && strcmp(line, ".\n")) {
        g_strchomp(line);
        if (g_str_has_prefix(line, "a=ice-ufrag:"))
            g_strlcpy(peer->theirs.ufrag, line + 12, sizeof peer->theirs.ufrag);
        else if (g_str_has_prefix(line, "a=ice-pwd:"))
            g_strlcpy(peer->theirs.pwd, line + 10, sizeof peer->theirs.pwd);
        else if (g_str_has_prefix(line, "a=fingerprint:sha-256 "))
            g_strlcpy(peer->server_fingerprint, line + 22, sizeof peer->server_fingerprint);
        else if (!to.sin_port &&
                 sscanf(line, "a=candidate:%*s %*u %*s %*u %63s %u typ host", address, &port) ==
                     2 &&
                 inet_pton(AF_INET, address, &to.sin_addr) == 1)
            to.sin_port = htons((uint16_t)port);
        else if (sscanf(line, "a=ssrc:%u", &ssrc) == 1 && slots.count < MEDIA_MAX_SLOTS)
            slots.ssrcs[slots.count++] = ssrc;
    }
    if (ret_slots)
        *ret_slots = slots;
    memcpy(&peer->to, &to, sizeof to);
    peer->to_len = sizeof to;
    return to.sin_port && *peer->theirs.ufrag && *peer->server_fingerprint;
}
