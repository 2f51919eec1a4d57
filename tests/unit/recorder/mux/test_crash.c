/* What is killed, and what is left then. Takes the paths of crash_player and shipinban-recorder. */
#include "base/id.h"
#include "recorder/mux/render.h"
#include "tests/harness/child.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"
#include "tests/harness/wait.h"
#include "tests/unit/recorder/mux/check.h"
#include "tests/unit/recorder/mux/scene.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_US INT64_C(60000000)
#define PLAYED_MS 2500
#define LOST_MS_MAX 250

static const char *player, *recorder;

static json_t *load(const char *archive, const char *session, const char *file)
{
    g_autofree char *path = g_build_filename(archive, session, file, NULL);
    json_t *root = json_load_file(path, 0, NULL);
    g_assert_nonnull(root);
    return root;
}

static bool is_there(const char *folder, const char *session, const char *file)
{
    g_autofree char *path = g_build_filename(folder, session, file, NULL);
    return access(path, F_OK) == 0;
}

static void play_and_die(const char *spool, const char *session)
{
    char *length = g_strdup_printf("%d", PLAYED_MS);
    const char *const argv[] = {player, spool, session, length, NULL};
    g_assert_cmpint(child_run(argv, TIMEOUT_US, NULL, NULL), ==, 128 + SIGKILL);
    g_free(length);
}

static int64_t last_end_ms(const json_t *timeline)
{
    int64_t end_ms = 0;
    const json_t *legs = json_object_get(timeline, "legs");
    for (size_t i = 0; i < json_array_size(legs); i++)
        end_ms =
            MAX(end_ms, json_integer_value(json_object_get(json_array_get(legs, i), "end_ms")));
    return end_ms;
}

/* kill -9 of the daemon costs at most a quarter of a second. */
static void test_daemon_killed(void)
{
    if (!check_has_ffmpeg())
        return;
    const char *spool = temp_dir(), *archive = temp_dir();
    struct id session = id_random();
    play_and_die(spool, session.text);

    g_autofree char *folder = g_build_filename(spool, session.text, NULL);
    g_autofree char *text = NULL;
    g_assert_cmpint(rec_render(folder, archive, &text), ==, REC_RENDER_DONE);
    json_t *timeline = load(archive, session.text, "timeline.json");
    json_t *manifest = load(archive, session.text, "manifest.json");
    g_test_message("%" G_GINT64_FORMAT " ms of %d are there", last_end_ms(timeline), PLAYED_MS);
    g_assert_cmpint(last_end_ms(timeline), >=, PLAYED_MS - LOST_MS_MAX);
    g_assert_true(json_is_false(json_object_get(manifest, "clean_end")));
    const json_t *segment = json_array_get(json_object_get(manifest, "journal"), 0);
    g_assert_true(json_is_true(json_object_get(segment, "chain_ok")));
    g_autofree char *file =
        g_build_filename(archive, session.text, "01-citizen-camera-vp8.webm", NULL);
    check_decodes(file);
    json_decref(timeline);
    json_decref(manifest);
}

/* A journal of a short call, closed in good order. Returns its session. */
static struct id make_journal(const char *spool, const struct media *voice)
{
    struct id session = id_random();
    struct scene scene;
    scene_init_in(&scene, spool, session.text);
    scene_joins(&scene, "p1", "citizen", 1);
    scene_section(&scene, 1, 0, "mic", "111:opus/48000/2");
    scene_stream(&scene, &(struct scene_stream){
                             .tag = 1, .ssrc = 1, .pt = 111, .codec = MEDIA_OPUS, .media = voice});
    scene_play(&scene);
    scene_finish(&scene);
    return session;
}

static void check_sums(const char *archive, const char *session)
{
    g_autofree char *folder = g_build_filename(archive, session, NULL);
    g_autofree char *command =
        g_strdup_printf("cd '%s' && sha256sum --quiet --strict -c SHA256SUMS", folder);
    const char *const argv[] = {"sh", "-c", command, NULL};
    g_assert_cmpint(child_run(argv, TIMEOUT_US, NULL, NULL), ==, 0);
}

static bool is_dead_or_done(struct child *child, int64_t after_us)
{
    return child_wait(child, after_us) != -ETIMEDOUT;
}

/* The renderer is killed a bit later each time: the spool or the archive is whole, always. */
static void test_renderer_killed(void)
{
    const char *spool = temp_dir(), *archive = temp_dir();
    struct media *voice = media_voice(3000000);
    struct id session = make_journal(spool, voice);
    g_autofree char *folder = g_build_filename(spool, session.text, NULL);
    unsigned kills = 0;
    for (int64_t after_us = 1000;; after_us += 5000) {
        const char *const argv[] = {recorder, "--render", folder, "--out", archive, NULL};
        struct child *child = NULL;
        g_assert_cmpint(child_start(argv, NULL, &child), ==, 0);
        bool ended = is_dead_or_done(child, after_us);
        child_destroy(child);
        kills += !ended;
        bool archived = is_there(archive, session.text, "SHA256SUMS");
        g_assert_true(archived || (is_there(spool, session.text, "0001.pcapng") &&
                                   is_there(spool, session.text, "closed")));
        if (archived)
            check_sums(archive, session.text);
        if (ended)
            break;
    }
    g_test_message("killed %u times", kills);
    g_assert_cmpuint(kills, >, 0);
    g_assert_true(is_there(archive, session.text, "manifest.json"));
    g_assert_false(is_there(spool, session.text, ""));
    media_destroy(voice);
}

/* ---- the watcher ------------------------------------------------------------------------------------- */

struct watched {
    const char *folder; /* with shipinban.conf, spool and archive */
    char *spool, *archive;
    struct child *child;
    const char *session, *file; /* waited for */
};

static void start_watcher(struct watched *w)
{
    g_autofree char *config = g_build_filename(w->folder, "shipinban.conf", NULL);
    static const char text[] = "[hall]\nrevive_ms = 300\n[recorder]\norphan_grace_ms = 300\n";
    file_write(config, text, strlen(text));
    const char *const argv[] = {recorder, "--config", config, NULL};
    g_assert_cmpint(child_start(argv, NULL, &w->child), ==, 0);
}

static bool has_file(void *data)
{
    const struct watched *w = data;
    return is_there(w->archive, w->session, w->file);
}

static void expect(struct watched *w, const char *session, const char *file)
{
    w->session = session;
    w->file = file;
    g_assert_true(wait_until(NULL, has_file, w, TIMEOUT_US));
}

static bool is_failed(void *data)
{
    const struct watched *w = data;
    g_autofree char *path = g_strdup_printf("%s/%s.failed", w->archive, w->session);
    return access(path, F_OK) == 0;
}

/* Closed journals, an orphan and two bad ones: the good ones are rendered, the bad ones are named. */
static void test_watcher(void)
{
    struct watched w = {.folder = temp_dir()};
    w.spool = g_build_filename(w.folder, "spool", NULL);
    w.archive = g_build_filename(w.folder, "archive", NULL);
    g_assert_cmpint(g_mkdir(w.spool, 0750), ==, 0);

    struct id bad = id_random();
    g_autofree char *bad_folder = g_build_filename(w.spool, bad.text, NULL);
    g_autofree char *bad_segment = g_build_filename(bad_folder, "0001.pcapng", NULL);
    g_assert_cmpint(g_mkdir(bad_folder, 0750), ==, 0);
    file_write(bad_segment, "nonsense", 8);

    struct media *voice = media_voice(1000000);
    struct id before = make_journal(w.spool, voice);
    start_watcher(&w);
    expect(&w, before.text, "manifest.json");
    struct id after = make_journal(w.spool, voice);
    expect(&w, after.text, "manifest.json");
    w.session = bad.text;
    g_assert_true(wait_until(NULL, is_failed, &w, TIMEOUT_US));
    g_assert_true(g_file_test(bad_segment, G_FILE_TEST_EXISTS));

    struct id orphan = id_random();
    play_and_die(w.spool, orphan.text);
    expect(&w, orphan.text, "01-citizen-camera-vp8.webm");
    g_assert_cmpint(child_stop(w.child, TIMEOUT_US), ==, 0);
    child_destroy(w.child);
    media_destroy(voice);
    g_free(w.spool);
    g_free(w.archive);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 3);
    player = argv[1];
    recorder = argv[2];
    g_test_add_func("/recorder/crash/daemon_killed", test_daemon_killed);
    g_test_add_func("/recorder/crash/renderer_killed", test_renderer_killed);
    g_test_add_func("/recorder/crash/watcher", test_watcher);
    return g_test_run();
}
