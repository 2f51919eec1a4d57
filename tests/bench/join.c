#include "tests/bench/join.h"

#include "tests/bench/stamp.h"

#include <string.h>
#include <unistd.h>

enum { VIDEO_TIMEOUT_US = 20000000 };

const struct adapter *adapter_find(const char *name)
{
    static const struct adapter *const adapters[] = {&adapter_direct, &adapter_janus,
                                                     &adapter_shipinban};
    for (unsigned i = 0; i < G_N_ELEMENTS(adapters); i++)
        if (!strcmp(adapters[i]->name, name))
            return adapters[i];
    return NULL;
}

void meeting_finish(struct meeting *meeting)
{
    for (unsigned i = 0; i < SIDES; i++)
        g_clear_pointer(&meeting->tokens[i], g_free);
}

static void settle(struct party *party)
{
    uint64_t one = 1;
    if (!party->settled && write(party->meeting->settled_fd, &one, sizeof one) < 0)
        g_error("a party could not be counted");
    party->settled = true;
}

static gpointer party_main(gpointer data)
{
    struct party *party = data;
    party->begin_ns = stamp_now_ns();
    party->failure = party->meeting->adapter->attend(party);
    settle(party);
    return NULL;
}

void party_begin(struct party *party, struct meeting *meeting, unsigned side)
{
    *party = (struct party){.meeting = meeting, .side = side};
    party->thread = g_thread_new("party", party_main, party);
}

void party_end(struct party *party)
{
    if (party->thread)
        g_thread_join(party->thread);
    for (unsigned i = 0; i < party->leg_count; i++) {
        load_remove(party->meeting->load, party->legs[i]);
        leg_destroy(party->legs[i]);
    }
    party->thread = NULL;
    party->leg_count = 0;
}

struct leg *party_leg(const struct party *party)
{
    struct far_peer *far = far_peer_create(NULL);
    far_peer_rebind_to(far, party->meeting->options->address);
    return leg_create(far, party->meeting->number, party->side);
}

char *party_connect(struct party *party, struct leg *leg)
{
    char *failure = NULL;
    if (!far_peer_check(leg->far, true, NULL))
        failure = g_strdup("no answer to a connectivity check");
    else if (!far_peer_handshake(leg->far))
        failure = g_strdup("no DTLS");
    if (failure || party->leg_count == PARTY_LEGS) {
        leg_destroy(leg);
        return failure;
    }
    load_add(party->meeting->load, leg);
    party->legs[party->leg_count++] = leg;
    return NULL;
}

char *party_expect_video(struct party *party)
{
    for (unsigned i = 0; i < party->leg_count; i++)
        if (party->legs[i]->receives)
            party->first_video_ns =
                load_wait_video(party->meeting->load, party->legs[i], VIDEO_TIMEOUT_US);
    settle(party);
    return party->first_video_ns ? NULL : g_strdup("no picture came");
}
