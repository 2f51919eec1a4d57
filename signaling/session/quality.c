#include "signaling/session/quality.h"

#include <glib.h>

#include "signaling/session/client.h"
#include "signaling/session/participant.h"
#include "signaling/session/peer.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"

enum {
    POOR_LOSS_PERMILLE = 80,
    FAIR_LOSS_PERMILLE = 20,
    POOR_RTT_US = 500000,
    FAIR_RTT_US = 250000,
    POOR_JITTER_US = 100000,
    FAIR_JITTER_US = 50000,
    POOR_BPS = 250000, /* a picture for a face and the voice */
    FAIR_BPS = 600000,
    POOR_FREEZES = 2,
    WORSE_AFTER = 2,
    BETTER_AFTER = 5,
    MOST_FREEZES = 1000, /* that one report of a page may claim */
};

const char *sig_level_name(enum sig_level level)
{
    switch (level) {
    case SIG_LEVEL_NONE: return NULL;
    case SIG_LEVEL_GOOD: return "good";
    case SIG_LEVEL_FAIR: return "fair";
    case SIG_LEVEL_POOR: return "poor";
    }
    return NULL;
}

enum sig_level sig_level_of(const struct sfu_quality *quality, unsigned freezes)
{
    unsigned loss = MAX(quality->up_loss_permille, quality->down_loss_permille);
    uint32_t estimate = quality->estimate_bps ? quality->estimate_bps : UINT32_MAX;
    if (loss >= POOR_LOSS_PERMILLE || quality->rtt_us >= POOR_RTT_US ||
        quality->up_jitter_us >= POOR_JITTER_US || estimate < POOR_BPS || freezes >= POOR_FREEZES)
        return SIG_LEVEL_POOR;
    if (loss >= FAIR_LOSS_PERMILLE || quality->rtt_us >= FAIR_RTT_US ||
        quality->up_jitter_us >= FAIR_JITTER_US || estimate < FAIR_BPS || freezes)
        return SIG_LEVEL_FAIR;
    return SIG_LEVEL_GOOD;
}

static bool lamp_set(struct sig_lamp *lamp, enum sig_level level)
{
    *lamp = (struct sig_lamp){.level = level};
    return true;
}

bool sig_lamp_read(struct sig_lamp *lamp, enum sig_level reading)
{
    if (lamp->level == SIG_LEVEL_NONE)
        return lamp_set(lamp, reading);
    if (reading > lamp->level) {
        lamp->least = lamp->worse++ ? MIN(lamp->least, reading) : reading;
        lamp->better = 0;
    } else if (reading < lamp->level) {
        lamp->poorest = lamp->better++ ? MAX(lamp->poorest, reading) : reading;
        lamp->worse = 0;
    } else {
        lamp->worse = lamp->better = 0;
    }
    if (lamp->worse >= WORSE_AFTER)
        return lamp_set(lamp, lamp->least);
    return lamp->better >= BETTER_AFTER && lamp_set(lamp, lamp->poorest);
}

/* Of a participant with two PeerConnections each knows one way. */
static void both_ways(struct sig_participant *participant, const struct sig_peer *peer,
                      const struct sfu_quality *quality)
{
    struct sig_quality *state = &participant->quality;
    if (peer == participant->player)
        state->down_permille = quality->down_loss_permille;
    if (peer == participant->publisher)
        state->up_permille = quality->up_loss_permille;
    if (peer != participant->publisher && participant->publisher) {
        state->seen.down_loss_permille = state->down_permille;
        state->seen.down_bps = quality->down_bps;
        state->seen.estimate_bps = quality->estimate_bps;
        return;
    }
    struct sfu_quality before = state->seen;
    state->seen = *quality;
    state->seen.up_loss_permille = participant->publisher ? state->up_permille : 0;
    state->seen.down_loss_permille = participant->player ? state->down_permille : 0;
    if (participant->player && participant->player != peer) {
        state->seen.down_bps = before.down_bps;
        state->seen.estimate_bps = before.estimate_bps;
    }
    state->is_seen = true;
}

static void change_write(const struct sig_participant *participant)
{
    const struct sfu_quality *seen = &participant->quality.seen;
    char up[12], down[12], rtt[24];
    g_snprintf(up, sizeof up, "%u", seen->up_loss_permille);
    g_snprintf(down, sizeof down, "%u", seen->down_loss_permille);
    g_snprintf(rtt, sizeof rtt, "%" G_GINT64_FORMAT, seen->rtt_us / 1000);
    sig_recording_write(participant->session, "media.quality", "PARTICIPANT", participant->id.text,
                        "LEVEL", sig_level_name(participant->quality.lamp.level),
                        "UP_LOSS_PERMILLE", up, "DOWN_LOSS_PERMILLE", down,
                        seen->rtt_us >= 0 ? "RTT_MS" : NULL, rtt, NULL);
}

/* What its pages and the API are told alike. */
static void figures_set(const struct sig_participant *participant, json_t *d)
{
    const struct sig_quality *state = &participant->quality;
    const struct sfu_quality *seen = &state->seen;
    json_t *figures =
        json_pack("{s:s*, s:i, s:i, s:i, s:I, s:I, s:s*}", "level",
                  sig_level_name(state->lamp.level), "up_loss_permille",
                  (int)seen->up_loss_permille, "down_loss_permille", (int)seen->down_loss_permille,
                  "jitter_ms", (int)(seen->up_jitter_us / 1000), "up_bps", (json_int_t)seen->up_bps,
                  "down_bps", (json_int_t)seen->down_bps, "way", sig_participant_way(participant));
    if (seen->rtt_us >= 0)
        json_object_set_new(figures, "rtt_ms", json_integer(seen->rtt_us / 1000));
    if (seen->estimate_bps)
        json_object_set_new(figures, "estimate_bps", json_integer(seen->estimate_bps));
    json_object_update(d, figures);
    json_decref(figures);
}

static void tell(const struct sig_participant *participant)
{
    const struct sig_session *session = participant->session;
    json_t *d = json_pack("{s:s}", "participant", participant->id.text);
    figures_set(participant, d);
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *other = session->participants[i];
        struct sig_client *client =
            other ? sig_client_of(session->daemon, other->role, other->subject) : NULL;
        if (client)
            sig_client_statistic(client, "media.quality", json_incref(d));
    }
    json_decref(d);
}

void sig_quality_came(struct sig_participant *participant, const struct sig_peer *peer,
                      const struct sfu_quality *quality)
{
    struct sig_quality *state = &participant->quality;
    both_ways(participant, peer, quality);
    if (peer != participant->publisher && participant->publisher)
        return;
    enum sig_level reading = sig_level_of(&state->seen, state->fresh_freezes);
    state->fresh_freezes = 0;
    if (sig_lamp_read(&state->lamp, reading))
        change_write(participant);
    tell(participant);
}

void sig_quality_page(struct sig_participant *participant, int64_t freezes)
{
    unsigned fresh = (unsigned)CLAMP(freezes, 0, MOST_FREEZES);
    struct sig_quality *state = &participant->quality;
    state->fresh_freezes += MIN(fresh, MOST_FREEZES - MIN(state->fresh_freezes, MOST_FREEZES));
    state->page_freezes += MIN(fresh, (unsigned)G_MAXINT - state->page_freezes);
}

static void codec_set(json_t *media, const char *name, enum sfu_codec codec)
{
    const char *word = sig_codec_name(codec);
    if (*word)
        json_object_set_new(media, name, json_string(word));
}

json_t *sig_quality_view(const struct sig_participant *participant)
{
    if (!participant->quality.is_seen)
        return NULL;
    json_t *media = json_pack("{s:I}", "freezes", (json_int_t)participant->quality.page_freezes);
    figures_set(participant, media);
    codec_set(media, "codec", participant->codecs.seen);
    return media;
}
