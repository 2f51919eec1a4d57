/* Two peers without a server between them: what the tool itself can do. Keys are agreed on beforehand. */
#include "tests/bench/join.h"

#include "base/crypto/random.h"
#include "tests/harness/wait.h"

#include <string.h>
#include <sys/socket.h>

enum { KEY_BYTES = 28, PT_OPUS = 111, PT_VP8 = 96, PT_RTX = 97 };
#define FOREVER_US INT64_C(3600000000)

static char *open_meeting(struct meeting *meeting)
{
    uint8_t keys[SIDES][KEY_BYTES];
    random_bytes(keys, sizeof keys);
    for (unsigned i = 0; i < SIDES; i++) {
        meeting->direct[i] = far_peer_create(NULL);
        far_secure_keys(meeting->direct[i], true, keys[i], keys[!i]);
    }
    for (unsigned i = 0; i < SIDES; i++) {
        struct far_peer *other = meeting->direct[!i];
        meeting->direct[i]->to_len = sizeof meeting->direct[i]->to;
        getsockname(other->fd, (struct sockaddr *)&meeting->direct[i]->to,
                    &meeting->direct[i]->to_len);
        meeting->direct[i]->theirs = (struct sfu_ice){0};
        g_strlcpy(meeting->direct[i]->theirs.ufrag, other->ufrag, SFU_UFRAG_BYTES);
        g_strlcpy(meeting->direct[i]->theirs.pwd, other->pwd, SFU_PWD_BYTES);
    }
    return NULL;
}

static char *attend(struct party *party)
{
    struct leg *leg =
        leg_create(party->meeting->direct[party->side], party->meeting->number, party->side);
    struct leg_media media[LEG_KINDS] = {
        {.pt = PT_OPUS, .mid_id = 4, .transport_cc_id = 3, .send_time_id = 2, .mid = "0"},
        {.pt = PT_VP8,
         .rtx_pt = PT_RTX,
         .mid_id = 4,
         .transport_cc_id = 3,
         .send_time_id = 2,
         .mid = "1"}};
    leg->sends = leg->receives = true;
    leg->far->controlled = party->side;
    for (unsigned i = 0; i < LEG_KINDS; i++)
        leg->inlets[i].media = leg->outlets[i].media = media[i];
    load_add(party->meeting->load, leg);
    party->legs[party->leg_count++] = leg;
    char *failure = party_expect_video(party);
    if (!failure)
        wait_readable(party->meeting->stop_fd, FOREVER_US);
    return failure;
}

const struct adapter adapter_direct = {.name = "direct", .open = open_meeting, .attend = attend};
