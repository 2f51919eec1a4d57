#include "signaling/session/direct.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/drain.h"
#include "signaling/session/client.h"
#include "signaling/session/codecs.h"
#include "signaling/session/departure.h"
#include "signaling/session/gathering.h"
#include "signaling/session/session.h"
#include "signaling/session/slots.h"

enum { BUSY_MS = 1000, RECORDING_MS = 5000 };

static int refuse(struct sig_direct_fault *ret_fault, int r, const char *code, const char *message,
                  int64_t retry_ms)
{
    ret_fault->error.code = code;
    g_strlcpy(ret_fault->error.message, message, sizeof ret_fault->error.message);
    ret_fault->retry_ms = retry_ms;
    return r;
}

static bool is_of_page(const struct sig_peer *peer)
{
    return peer && peer->kind == SIG_PEER_PAGE;
}

/* The seat, with everything in its way told. */
static int seat_find(struct sig_daemon *daemon, const struct sig_identity *identity,
                     struct sig_participant **ret_participant, struct sig_direct_fault *ret_fault)
{
    if (daemon->draining && !sig_drain_knows(daemon, identity))
        return refuse(ret_fault, -ESHUTDOWN, "server.draining", "the server is going down",
                      sig_drain_retry_ms(daemon));
    if (sig_gathering_is_full(daemon, identity))
        return refuse(ret_fault, -ENOSPC, "session.full", "nobody else finds a place", 0);
    struct sig_participant *participant = sig_gathering_seat(daemon, identity);
    if (!participant)
        return refuse(ret_fault, -ENOENT, "session.none", "there is no session", 0);
    if (is_of_page(participant->publisher) || is_of_page(participant->player))
        return refuse(ret_fault, -EBUSY, "session.state", "the page of this token has the media",
                      0);
    *ret_participant = participant;
    return 0;
}

static int offer_admit(struct sig_participant *participant, struct sig_direct_fault *ret_fault)
{
    if (!bucket_take(&participant->offers, clock_now_us()))
        return refuse(ret_fault, -EAGAIN, "media.limit", "too many offers",
                      bucket_wait_us(&participant->offers, clock_now_us()) / 1000 + 1);
    if (sig_session_room_open(participant->session) < 0)
        return refuse(ret_fault, -EAGAIN, "server.busy", "no media worker has room", BUSY_MS);
    return 0;
}

static int offer_answer(struct sig_participant *participant, enum sig_peer_kind kind,
                        const char *offer, char **ret_answer, struct sig_direct_fault *ret_fault)
{
    int r = offer_admit(participant, ret_fault);
    if (r < 0)
        return r;
    r = sig_peer_offer(participant, kind, offer, ret_answer, &ret_fault->error);
    ret_fault->retry_ms = r < 0 && !strcmp(ret_fault->error.code, "server.busy") ? BUSY_MS : 0;
    return r;
}

/* The last one who was missing has come, but nothing begins: `session` is gone. */
static int begin_fault(int r, struct sig_direct_fault *ret_fault)
{
    if (r == -EIO)
        return refuse(ret_fault, r, "recording.unavailable", "the session cannot be recorded",
                      RECORDING_MS);
    return refuse(ret_fault, r, "server.busy", "no media worker has room", BUSY_MS);
}

int sig_direct_offer(struct sig_daemon *daemon, const struct sig_identity *identity,
                     enum sig_peer_kind kind, const char *offer, char **ret_answer,
                     const struct sig_peer **ret_peer, struct sig_direct_fault *ret_fault)
{
    g_autofree char *answer = NULL;
    struct sig_participant *participant = NULL;
    int r = seat_find(daemon, identity, &participant, ret_fault);
    if (r == 0)
        r = offer_answer(participant, kind, offer, &answer, ret_fault);
    if (r < 0) {
        if (participant && !participant->present && participant->role == HALL_HELPER)
            sig_participant_destroy(participant); /* the seat was made for this offer */
        return r;
    }
    sig_departure_watch(participant);
    sig_participant_join(participant);
    sig_participant_look(participant);
    r = sig_gathering_step(participant->session);
    if (r < 0)
        return begin_fault(r, ret_fault);
    *ret_answer = g_steal_pointer(&answer);
    *ret_peer = kind == SIG_PEER_WHIP ? participant->publisher : participant->player;
    return 0;
}

struct sig_peer *sig_direct_find(struct sig_daemon *daemon, const struct sig_identity *identity,
                                 enum sig_peer_kind kind, const char *resource,
                                 struct sig_participant **ret_participant)
{
    struct sig_participant *participant =
        sig_participant_find(daemon, identity->role, identity->subject);
    if (!participant)
        return NULL;
    struct sig_peer *peer = kind == SIG_PEER_WHIP ? participant->publisher : participant->player;
    if (!peer || peer->kind != kind || strcmp(peer->resource.text, resource))
        return NULL;
    *ret_participant = participant;
    return peer;
}

int sig_direct_restart(struct sig_participant *participant, struct sig_peer *peer,
                       const struct sdp_fragment *fragment, char **ret_fragment,
                       struct sig_direct_fault *ret_fault)
{
    const struct sig_session *session = participant->session;
    struct sfu_candidate candidates[SFU_MAX_CANDIDATES];
    int r = offer_admit(participant, ret_fault);
    if (r < 0)
        return r;
    r = sig_peer_restart(participant, peer, fragment->ufrag, fragment->pwd);
    if (r < 0)
        return refuse(ret_fault, r, "server.busy", "the media worker takes no more", BUSY_MS);
    size_t count = sfu_room_candidates(session->daemon->sfu, session->room, candidates);
    *ret_fragment = sdp_fragment_write(&peer->negotiation, candidates, count);
    return 0;
}

/* 挂断, as a page's session.end. */
static void hang_up(struct sig_participant *participant)
{
    if (participant->role == HALL_HELPER)
        sig_participant_leave(participant, SIG_REASON_HANGUP_HELPER);
    else
        sig_session_end(participant->session,
                        participant->role == HALL_CLERK ? SIG_REASON_HANGUP_CLERK
                                                        : SIG_REASON_HANGUP_CITIZEN,
                        participant);
}

void sig_direct_close(struct sig_participant *participant, struct sig_peer *peer)
{
    bool has_page =
        sig_client_of(participant->session->daemon, participant->role, participant->subject);
    sig_peer_close(participant, peer);
    if (!has_page && !participant->publisher && !participant->player) {
        hang_up(participant);
        return;
    }
    sig_participant_look(participant);
    sig_slots_update(participant->session);
    sig_codecs_update(participant->session);
}
