/* A configuration file, read by the daemon and by the renderer: each says what is wrong in words, or takes all of it. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib.h>

#include "recorder/mux/settings.h"
#include "signaling/config.h"
#include "tests/fuzz/fuzz.h"

enum { MAX_BYTES = 16384 };

static void daemon_reads(const char *path)
{
    struct sig_config *config = NULL;
    char *what = NULL;
    int r = sig_config_load(path, &config, &what);
    assert((r == 0) == (config != NULL) && (r < 0) == (what != NULL));
    if (config) {
        assert(config->media.workers >= 1 && config->media.workers <= SFU_MAX_WORKERS);
        assert(config->media.video_codec_count >= 1 && config->media.listen[0]);
        char *fault = sig_config_fault(config, "hall", "database", "no");
        assert(fault);
        g_free(fault);
    }
    sig_config_destroy(config);
    g_free(what);
}

static void renderer_reads(const char *path)
{
    struct rec_settings settings;
    char *what = NULL;
    if (rec_settings_read(&settings, path, &what) == 0) {
        assert(*settings.spool_dir == '/' && *settings.archive_dir == '/');
        rec_settings_finish(&settings);
    } else {
        assert(what);
    }
    g_free(what);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    char path[32];
    if (fd < 0)
        fd = memfd_create("config", MFD_CLOEXEC);
    if (size > MAX_BYTES)
        return 0;
    if (fd < 0 || ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    daemon_reads(path);
    renderer_reads(path);
    return 0;
}
