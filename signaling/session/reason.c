#include "signaling/session/reason.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

static const char *const names[SIG_REASON_COUNT] = {
    [SIG_REASON_HANGUP_CITIZEN] = "hangup_citizen",
    [SIG_REASON_HANGUP_CLERK] = "hangup_clerk",
    [SIG_REASON_HANGUP_HELPER] = "hangup_helper",
    [SIG_REASON_MONITOR_STOPPED] = "monitor_stopped",
    [SIG_REASON_FINISHED] = "finished",
    [SIG_REASON_TRANSFERRED] = "transferred",
    [SIG_REASON_CLOSED] = "closed",
    [SIG_REASON_NOBODY_CAME] = "nobody_came",
    [SIG_REASON_NO_ROOM] = "no_room",
    [SIG_REASON_NO_OFFER] = "no_offer",
    [SIG_REASON_NO_COMMON_CODEC] = "no_common_codec",
    [SIG_REASON_ICE_TIMEOUT] = "ice_timeout",
    [SIG_REASON_DTLS_FAILED] = "dtls_failed",
    [SIG_REASON_MEDIA_TIMEOUT] = "media_timeout",
    [SIG_REASON_CONNECT_TIMEOUT] = "connect_timeout",
    [SIG_REASON_RECORDING_FAILED] = "recording_failed",
    [SIG_REASON_LOST_CITIZEN] = "lost_citizen",
    [SIG_REASON_LOST_CLERK] = "lost_clerk",
    [SIG_REASON_LOST_HELPER] = "lost_helper",
    [SIG_REASON_LOST_SUPERVISOR] = "lost_supervisor",
    [SIG_REASON_SERVER_RESTART] = "server_restart",
};

const char *sig_reason_name(enum sig_reason reason)
{
    return (unsigned)reason < SIG_REASON_COUNT ? names[reason] : "closed";
}

int sig_reason_parse(const char *name, enum sig_reason *ret_reason)
{
    for (int i = 0; i < SIG_REASON_COUNT; i++)
        if (!strcmp(names[i], name)) {
            *ret_reason = (enum sig_reason)i;
            return 0;
        }
    return -EINVAL;
}

bool sig_reason_is_failure(enum sig_reason reason)
{
    return reason >= SIG_REASON_NOBODY_CAME;
}
