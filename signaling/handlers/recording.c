/* Marks that a clerk sets in the recording. */
#include <glib.h>

#include "base/clock.h"
#include "signaling/daemon.h"
#include "signaling/handlers/handlers.h"
#include "signaling/session/client.h"
#include "signaling/session/participant.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

static void recording_mark(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct sig_participant *me = sig_request_seat(request, client);
    if (!me)
        return;
    if (!me->session->journal) {
        sig_request_fail(request, "recording.unavailable", "nothing is recorded", 0);
        return;
    }
    sig_recording_write(me->session, "mark", "PARTICIPANT", me->id.text, "LABEL",
                        sig_json_string(d, "label", ""), NULL);
    sig_request_answer(
        request,
        json_pack("{s:I}", "at_ms",
                  (json_int_t)((clock_wall_us() - me->session->recording_opened_us) / 1000)));
}

static const struct sig_param mark_params[] = {
    {.name = "label", .type = SIG_TEXT, .required = true, .min = 1, .max = HALL_NAME_BYTES - 1},
    {0},
};

const struct sig_message sig_recording_messages[] = {
    {"recording.mark", SIG_CLERK, mark_params, recording_mark},
    {0},
};
