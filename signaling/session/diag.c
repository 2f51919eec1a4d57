#include "signaling/session/diag.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "signaling/daemon.h"
#include "signaling/sdp/sdp.h"
#include "signaling/session/errands.h"

enum { BUSY_MS = 5000 };

struct diag {
    struct sig_diags *owner;
    struct id id; /* "": free */
    sfu_room_id room;
    unsigned offers;
    guint timer;
};

struct sig_diags {
    struct sig_daemon *daemon;
    struct diag all[SIG_MAX_DIAGS];
};

static int refuse(struct sig_diag_fault *ret_fault, int r, const char *code, const char *message,
                  int64_t retry_ms)
{
    ret_fault->code = code;
    g_strlcpy(ret_fault->message, message, sizeof ret_fault->message);
    ret_fault->retry_ms = retry_ms;
    return r;
}

static void diag_close(struct diag *diag)
{
    if (diag->timer)
        g_source_remove(diag->timer);
    if (diag->room)
        sig_errand_room_close(diag->owner->daemon, diag->room);
    *diag = (struct diag){.owner = diag->owner};
}

static gboolean overdue(gpointer user)
{
    struct diag *diag = user;
    diag->timer = 0;
    diag_close(diag);
    return G_SOURCE_REMOVE;
}

struct sig_diags *sig_diags_create(struct sig_daemon *daemon)
{
    struct sig_diags *diags = g_new0(struct sig_diags, 1);
    diags->daemon = daemon;
    for (unsigned i = 0; i < SIG_MAX_DIAGS; i++)
        diags->all[i].owner = diags;
    return diags;
}

void sig_diags_destroy(struct sig_diags *diags)
{
    for (unsigned i = 0; diags && i < SIG_MAX_DIAGS; i++)
        if (*diags->all[i].id.text)
            diag_close(&diags->all[i]);
    g_free(diags);
}

/* "" finds a free place. */
static struct diag *find(struct sig_diags *diags, const char *id)
{
    for (unsigned i = 0; i < SIG_MAX_DIAGS; i++)
        if (!strcmp(diags->all[i].id.text, id))
            return &diags->all[i];
    return NULL;
}

static int begin(struct sig_diags *diags, struct diag **ret_diag, struct sig_diag_fault *ret_fault)
{
    struct diag *diag = find(diags, "");
    if (!diag || sfu_room_open(diags->daemon->sfu, &diag->room) < 0)
        return refuse(ret_fault, -EBUSY, "server.busy", "too many checks at a time", BUSY_MS);
    diag->id = id_random();
    diag->timer = g_timeout_add_seconds(SIG_DIAG_S, overdue, diag);
    *ret_diag = diag;
    return 0;
}

static int negotiate(const struct diag *diag, const char *offer,
                     struct sfu_negotiation *ret_negotiation, char **ret_answer,
                     struct sig_diag_fault *ret_fault)
{
    const struct sig_daemon *daemon = diag->owner->daemon;
    const struct sig_config *config = daemon->config;
    struct sfu_candidate candidates[SFU_MAX_CANDIDATES];
    struct sdp_memory memory = {0};
    struct sdp_error error = {0};
    struct sdp_policy policy = {
        .video_codec_count = config->media.video_codec_count,
        .max_video_bps = config->media.max_video_kbps * 1000,
        .max_audio_bps = config->media.max_audio_kbps * 1000,
        .max_audio_slots = 1,
        .max_video_slots = 1,
    };
    struct sdp_local local = {
        .fingerprint = sfu_fingerprint(daemon->sfu),
        .candidates = candidates,
        .candidate_count = sfu_room_candidates(daemon->sfu, diag->room, candidates),
    };
    memcpy(policy.video_codecs, config->media.video_codecs, sizeof policy.video_codecs);
    sfu_ice_make(daemon->sfu, diag->room, &local.fresh);
    int r = sdp_answer(offer, &policy, &local, &memory, ret_negotiation, ret_answer, &error);
    return r < 0 ? refuse(ret_fault, r, error.code, error.message, 0) : 0;
}

/* The section in which media of this kind comes; -1: none does. */
static int uplink_of(const struct sfu_negotiation *negotiation, enum sfu_kind kind)
{
    for (unsigned i = 0; i < negotiation->section_count; i++)
        if (negotiation->sections[i].inbound && negotiation->sections[i].kind == kind)
            return (int)i;
    return -1;
}

/* What comes goes back to where it came from. */
static int peer_open(const struct diag *diag, const struct sfu_negotiation *negotiation)
{
    struct sig_daemon *daemon = diag->owner->daemon;
    sfu_peer_id peer;
    int r = sfu_peer_open(daemon->sfu, diag->room, diag->offers, &peer);
    if (r < 0)
        return r;
    r = sfu_peer_negotiate(daemon->sfu, peer, negotiation);
    for (unsigned i = 0; r == 0 && i < negotiation->section_count; i++) {
        int from = uplink_of(negotiation, negotiation->sections[i].kind);
        if (negotiation->sections[i].outbound && from >= 0)
            r = sig_errand_feed(daemon, peer, i, peer, (unsigned)from);
    }
    if (r < 0)
        sig_errand_peer_close(daemon, peer);
    return r;
}

static int answer(struct diag *diag, const char *offer, char **ret_answer,
                  struct sig_diag_fault *ret_fault)
{
    g_autofree struct sfu_negotiation *negotiation = g_new0(struct sfu_negotiation, 1);
    g_autofree char *text = NULL;
    if (diag->offers++ >= SIG_MAX_DIAG_OFFERS)
        return refuse(ret_fault, -EDQUOT, "media.limit", "too many offers of one check", 0);
    int r = negotiate(diag, offer, negotiation, &text, ret_fault);
    if (r < 0)
        return r;
    r = peer_open(diag, negotiation);
    if (r < 0)
        return refuse(ret_fault, r, "server.busy", "the media worker takes no more", BUSY_MS);
    *ret_answer = g_steal_pointer(&text);
    return 0;
}

int sig_diag_offer(struct sig_diags *diags, const char *id, const char *offer, char **ret_answer,
                   struct id *ret_id, struct sig_diag_fault *ret_fault)
{
    struct diag *diag = id && *id ? find(diags, id) : NULL;
    bool is_new = !id;
    if (!is_new && !diag)
        return refuse(ret_fault, -ENOENT, "session.none", "there is no such check (any more)", 0);
    int r = is_new ? begin(diags, &diag, ret_fault) : 0;
    if (r < 0)
        return r;
    r = answer(diag, offer, ret_answer, ret_fault);
    if (r < 0 && is_new)
        diag_close(diag);
    if (r == 0)
        *ret_id = diag->id;
    return r;
}

int sig_diag_end(struct sig_diags *diags, const char *id)
{
    struct diag *diag = *id ? find(diags, id) : NULL;
    if (!diag)
        return -ENOENT;
    diag_close(diag);
    return 0;
}
