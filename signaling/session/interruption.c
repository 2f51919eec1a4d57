#include "signaling/session/interruption.h"

#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/session/participant.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"

static const char *const names[SIG_INTERRUPTIONS] = {"phone_call", "background", "network_change",
                                                     "network"};
/* As the gaps of the recording are named. */
static const char *const causes[SIG_INTERRUPTIONS] = {"PHONE_CALL", "BACKGROUND", "HANDOVER",
                                                      "NETWORK"};

void sig_interruption_init(struct sig_interruptions *interruptions)
{
    *interruptions = (struct sig_interruptions){
        .told = bucket_make_slow(SIG_INTERRUPTION_TOLD_US, SIG_INTERRUPTION_TOLD_BURST)};
}

const char *sig_interruption_name(enum sig_interruption interruption)
{
    return names[interruption];
}

bool sig_interruption_named(const char *name, enum sig_interruption *ret_interruption)
{
    for (unsigned i = 0; i < SIG_INTERRUPTIONS; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        *ret_interruption = (enum sig_interruption)i;
        return true;
    }
    return false;
}

static void begin_write(const struct sig_participant *participant, unsigned which, int64_t since_us)
{
    char start[24];
    g_snprintf(start, sizeof start, "%" G_GINT64_FORMAT, since_us);
    sig_recording_write(participant->session, "interruption", "PARTICIPANT", participant->id.text,
                        "CAUSE", causes[which], "STATE", "begin", "START_US", start, NULL);
}

static void end_write(const struct sig_participant *participant, unsigned which, int64_t since_us)
{
    char start[24], end[24];
    g_snprintf(start, sizeof start, "%" G_GINT64_FORMAT, since_us);
    g_snprintf(end, sizeof end, "%" G_GINT64_FORMAT, clock_wall_us());
    sig_recording_write(participant->session, "interruption", "PARTICIPANT", participant->id.text,
                        "CAUSE", causes[which], "STATE", "end", "START_US", start, "END_US", end,
                        NULL);
}

static int gravest(const struct sig_interruptions *interruptions)
{
    for (int i = 0; i < SIG_INTERRUPTIONS; i++)
        if (interruptions->since_us[i])
            return i;
    return -1;
}

static void set(struct sig_participant *participant, enum sig_interruption which, bool active,
                int64_t since_us)
{
    struct sig_interruptions *all = &participant->interruptions;
    if (active == (all->since_us[which] != 0))
        return;
    int before = gravest(all);
    if (active)
        begin_write(participant, which, since_us);
    else
        end_write(participant, which, all->since_us[which]);
    all->since_us[which] = active ? since_us : 0;
    if (gravest(all) != before && participant->present)
        sig_participant_tell(participant, "interrupted");
}

void sig_interruption_look(struct sig_participant *participant)
{
    const struct sig_interruptions *all = &participant->interruptions;
    bool taken = (participant->muted.audio || participant->muted.video) &&
                 !strcmp(participant->muted.cause, names[SIG_INTERRUPTION_BACKGROUND]);
    bool staff = participant->role == HALL_CLERK || participant->role == HALL_SUPERVISOR;
    bool counts = all->hidden_us && (!staff || all->silent || taken);
    set(participant, SIG_INTERRUPTION_BACKGROUND, counts, all->hidden_us);
}

void sig_interruption_told(struct sig_participant *participant, enum sig_interruption interruption,
                           bool active, int64_t since_us)
{
    struct sig_interruptions *all = &participant->interruptions;
    if (interruption != SIG_INTERRUPTION_BACKGROUND) {
        set(participant, interruption, active, since_us);
        return;
    }
    all->hidden_us = active ? since_us : 0;
    sig_interruption_look(participant);
}

/* A page that told why it goes away is silent for that reason: both are written down. */
static void network_look(struct sig_participant *participant, int64_t since_us)
{
    const struct sig_interruptions *all = &participant->interruptions;
    set(participant, SIG_INTERRUPTION_NETWORK, all->silent || all->poor, since_us);
}

void sig_interruption_silent(struct sig_participant *participant, int64_t since_us)
{
    participant->interruptions.silent = since_us != 0;
    network_look(participant, since_us);
    sig_interruption_look(participant);
}

void sig_interruption_quality(struct sig_participant *participant, bool poor)
{
    participant->interruptions.poor = poor;
    network_look(participant, clock_wall_us());
}

void sig_interruption_end(struct sig_participant *participant)
{
    struct sig_interruptions *all = &participant->interruptions;
    for (unsigned i = 0; i < SIG_INTERRUPTIONS; i++)
        if (all->since_us[i])
            end_write(participant, i, all->since_us[i]);
    memset(all->since_us, 0, sizeof all->since_us);
}

json_t *sig_interruption_view(const struct sig_participant *participant)
{
    int which = gravest(&participant->interruptions);
    if (which < 0)
        return NULL;
    return json_pack("{s:s, s:I}", "cause", names[which], "since",
                     (json_int_t)(participant->interruptions.since_us[which] / 1000));
}
