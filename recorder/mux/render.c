#include "recorder/mux/render.h"

#include "base/clock.h"
#include "recorder/mux/causes.h"
#include "recorder/mux/gaps.h"
#include "recorder/mux/leg.h"
#include "recorder/mux/manifest.h"
#include "recorder/mux/muxer.h"
#include "recorder/mux/publish.h"
#include "recorder/mux/stamp.h"
#include "recorder/mux/timeline.h"

#include <errno.h>
#include <inttypes.h>

struct render {
    int64_t started_us;
    struct rec_publish publish;
    struct rec_segments segments;
    struct rec_session session;
    struct rec_legs legs;
    char *what; /* why it failed, in words; NULL: the error code says it */
};

static int fail(struct render *render, int error, const char *what)
{
    if (error < 0 && !render->what)
        render->what = g_strdup_printf("%s: %s", what, g_strerror(-error));
    return error;
}

static int write_legs(struct render *render)
{
    for (guint i = 0; i < render->legs.legs->len; i++) {
        const struct rec_leg *leg = render->legs.legs->pdata[i];
        g_autofree char *path = g_build_filename(render->publish.tmp, leg->file, NULL);
        int r = rec_muxer_write(leg, path, &render->what);
        if (r < 0)
            return fail(render, r, leg->file);
        g_autofree char *seed =
            g_strconcat(render->session.id ? render->session.id : "", "/", leg->file, NULL);
        r = rec_stamp_file(path, seed, leg->start_us, leg->end_us - leg->start_us);
        if (r < 0)
            return fail(render, r, leg->file);
    }
    return 0;
}

static int write_descriptions(struct render *render, const GArray *causes)
{
    struct rec_gaps gaps;
    rec_gaps_init(&gaps, &render->session, &render->legs, causes);
    int r = rec_timeline_write(render->publish.tmp, &render->session, &render->legs, &gaps);
    rec_gaps_finish(&gaps);
    if (r < 0)
        return fail(render, r, "timeline.json");
    const struct rec_manifest manifest = {
        .session = &render->session,
        .segments = &render->segments,
        .legs = &render->legs,
        .rendered_us = render->session.ended_us - render->session.started_us,
        .render_wall_us = clock_now_us() - render->started_us,
    };
    return fail(render, rec_manifest_write(render->publish.tmp, &manifest), "manifest.json");
}

static int write_recording(struct render *render)
{
    int r = rec_publish_begin(&render->publish, &render->segments);
    if (r < 0)
        return fail(render, r, render->publish.tmp);
    g_autoptr(GArray) causes = rec_causes_collect(&render->session);
    rec_legs_init(&render->legs, &render->session, causes);
    r = write_legs(render);
    if (r == 0)
        r = write_descriptions(render, causes);
    rec_legs_finish(&render->legs);
    if (r < 0)
        return r;
    return fail(render, rec_publish_commit(&render->publish, &render->segments),
                "putting the recording in place");
}

static int read_and_write(struct render *render)
{
    bool done = false;
    int r = rec_publish_load(&render->publish, &render->segments, &done);
    if (r < 0)
        return fail(render, r, "the journal");
    if (done)
        return fail(render, rec_publish_clean(&render->publish), render->publish.spool_folder);
    if (rec_muxer_start(&render->what) < 0)
        return -ENOTSUP;
    rec_session_init(&render->session);
    r = rec_session_read(&render->session, &render->segments);
    if (r == 0)
        r = write_recording(render);
    else
        fail(render, r, r == -ENODATA ? "the journal holds no complete record" : "the journal");
    rec_session_finish(&render->session);
    return r;
}

static enum rec_render_result tell(struct render *render, int error, char **ret_text)
{
    int64_t length_us = render->session.ended_us - render->session.started_us;
    if (error == 0) {
        *ret_text =
            g_strdup_printf("%s: rendered %.1f s in %" PRId64 " ms", render->publish.final,
                            (double)length_us / 1e6, (clock_now_us() - render->started_us) / 1000);
        return REC_RENDER_DONE;
    }
    const char *what = render->what ? render->what : g_strerror(-error);
    *ret_text = g_strdup_printf("%s: %s", render->publish.spool_folder, what);
    if (error == -EBUSY)
        return REC_RENDER_BUSY;
    rec_publish_fail(&render->publish, what);
    return REC_RENDER_FAILED;
}

enum rec_render_result rec_render(const char *spool_folder, const char *archive_dir,
                                  char **ret_text)
{
    struct render render = {.started_us = clock_now_us()};
    if (rec_publish_init(&render.publish, spool_folder, archive_dir) < 0) {
        *ret_text = g_strdup_printf("%s: not the name of a session's folder", spool_folder);
        return REC_RENDER_FAILED;
    }
    rec_segments_init(&render.segments);
    enum rec_render_result result = tell(&render, read_and_write(&render), ret_text);
    rec_segments_finish(&render.segments);
    rec_publish_finish(&render.publish);
    g_free(render.what);
    return result;
}
