/* What an independent reader (ffmpeg) says about a rendered file. */
#ifndef TESTS_UNIT_RECORDER_MUX_CHECK_H
#define TESTS_UNIT_RECORDER_MUX_CHECK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether ffmpeg and ffprobe are here; else the test is skipped, with the reason. */
bool check_has_ffmpeg(void);

/* Decodes everything; not one complaint is allowed. */
void check_decodes(const char *path);
/* The same from a place on, as a player gets there. */
void check_decodes_from(const char *path, double at_s);

/* "v" or "a": how many frames come out of the decoder. */
unsigned check_frames(const char *path, const char *stream);
double check_duration_s(const char *path);

/* When the flashes begin and when the tones begin, by the file's time: seconds, as doubles. */
GArray *check_flashes(const char *path);
GArray *check_tones(const char *path);

/* The largest distance of a flash from the tone that is nearest to it, in milliseconds. */
double check_sync_ms(const char *path);

/* Jumps to `at_s` and decodes one picture there: its time, or -1. */
double check_seek(const char *path, double at_s);

#endif
