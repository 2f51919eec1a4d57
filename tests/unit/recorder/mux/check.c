#include "tests/unit/recorder/mux/check.h"

#include "tests/harness/child.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_US INT64_C(60000000)
#define FLASH_LUMA 150
#define TONE_LEVEL 2000
#define VOICE_HZ 48000
#define APART_S 0.5 /* of two flashes or tones at least */

bool check_has_ffmpeg(void)
{
    g_autofree char *ffmpeg = g_find_program_in_path("ffmpeg");
    g_autofree char *ffprobe = g_find_program_in_path("ffprobe");
    if (ffmpeg && ffprobe)
        return true;
    g_test_skip("ffmpeg is not installed");
    return false;
}

static char *run(const char *const argv[])
{
    g_autofree char *output = NULL;
    g_autofree char *errors = NULL;
    int r = child_run(argv, TIMEOUT_US, &output, &errors);
    if (r != 0 || *errors)
        g_error("%s … %s: %d: %s", argv[0], argv[g_strv_length((char **)argv) - 1], r, errors);
    return g_steal_pointer(&output);
}

void check_decodes(const char *path)
{
    const char *const argv[] = {"ffmpeg", "-nostdin", "-v", "warning", "-xerror", "-i", path,
                                "-map",   "0",        "-f", "null",    "-",       NULL};
    g_autofree char *output = run(argv);
}

void check_decodes_from(const char *path, double at_s)
{
    g_autofree char *at = g_strdup_printf("%.3f", at_s);
    const char *const argv[] = {"ffmpeg", "-nostdin", "-v", "warning", "-xerror", "-ss", at,  "-i",
                                path,     "-map",     "0",  "-f",      "null",    "-",   NULL};
    g_autofree char *output = run(argv);
}

unsigned check_frames(const char *path, const char *stream)
{
    const char *const argv[] = {"ffprobe",
                                "-v",
                                "error",
                                "-select_streams",
                                stream,
                                "-count_frames",
                                "-show_entries",
                                "stream=nb_read_frames",
                                "-of",
                                "csv=p=0",
                                path,
                                NULL};
    g_autofree char *output = run(argv);
    return (unsigned)atoi(output);
}

double check_duration_s(const char *path)
{
    const char *const argv[] = {"ffprobe", "-v", "error", "-show_entries", "format=duration", "-of",
                                "csv=p=0", path, NULL};
    g_autofree char *output = run(argv);
    return g_ascii_strtod(output, NULL);
}

static void note(GArray *times, double at_s)
{
    if (!times->len || at_s - g_array_index(times, double, times->len - 1) > APART_S)
        g_array_append_val(times, at_s);
}

/* One line a picture: its time and its mean brightness right of the noise. */
GArray *check_flashes(const char *path)
{
    g_autofree char *graph = g_strdup_printf("movie=%s,crop=iw/2:ih:iw/2:0,signalstats", path);
    const char *const argv[] = {"ffprobe",
                                "-v",
                                "error",
                                "-f",
                                "lavfi",
                                "-show_entries",
                                "frame=pts_time:frame_tags=lavfi.signalstats.YAVG",
                                "-of",
                                "csv=p=0",
                                graph,
                                NULL};
    g_autofree char *output = run(argv);
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    GArray *times = g_array_new(FALSE, FALSE, sizeof(double));
    for (char **line = lines; *line && **line; line++) {
        const char *comma = strchr(*line, ',');
        if (comma && g_ascii_strtod(comma + 1, NULL) > FLASH_LUMA)
            note(times, g_ascii_strtod(*line, NULL));
    }
    return times;
}

GArray *check_tones(const char *path)
{
    g_autofree char *raw = g_build_filename(temp_dir(), "voice.raw", NULL);
    const char *const argv[] = {"ffmpeg",
                                "-nostdin",
                                "-v",
                                "error",
                                "-y",
                                "-i",
                                path,
                                "-map",
                                "0:a",
                                "-af",
                                "aresample=async=1:first_pts=0",
                                "-ac",
                                "1",
                                "-ar",
                                "48000",
                                "-f",
                                "s16le",
                                raw,
                                NULL};
    g_autofree char *output = run(argv);
    size_t len = 0;
    g_autofree char *data = file_read(raw, &len);
    const int16_t *samples = (const int16_t *)(const void *)data;
    GArray *times = g_array_new(FALSE, FALSE, sizeof(double));
    for (size_t i = 0; i < len / sizeof *samples; i++)
        if (abs(samples[i]) > TONE_LEVEL)
            note(times, (double)i / VOICE_HZ);
    return times;
}

double check_sync_ms(const char *path)
{
    g_autoptr(GArray) flashes = check_flashes(path);
    g_autoptr(GArray) tones = check_tones(path);
    g_assert_cmpuint(flashes->len, >=, 3);
    double worst = 0;
    for (guint i = 0; i < flashes->len; i++) {
        double nearest = INFINITY;
        for (guint t = 0; t < tones->len; t++)
            nearest = fmin(
                nearest, fabs(g_array_index(flashes, double, i) - g_array_index(tones, double, t)));
        worst = fmax(worst, nearest * 1000);
    }
    return worst;
}

double check_seek(const char *path, double at_s)
{
    g_autofree char *at = g_strdup_printf("%.3f%%+#1", at_s);
    const char *const argv[] = {"ffprobe",
                                "-v",
                                "error",
                                "-select_streams",
                                "v",
                                "-read_intervals",
                                at,
                                "-show_entries",
                                "frame=pts_time",
                                "-of",
                                "csv=p=0",
                                path,
                                NULL};
    g_autofree char *output = run(argv);
    return *output ? g_ascii_strtod(output, NULL) : -1;
}
