#include "base/id.h"
#include "recorder/recorder.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

struct fixture {
    const char *spool, *archive;
    struct id session;
};

static void set_up(struct fixture *f, gconstpointer data)
{
    f->spool = temp_dir();
    f->archive = temp_dir();
    f->session = id_random();
}

/* folder/<session><suffix>, and the folder it is in. */
static char *touch(const struct fixture *f, const char *folder, const char *suffix)
{
    char *path = g_strconcat(folder, "/", f->session.text, suffix, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0750), ==, 0);
    file_write(path, "", 0);
    return path;
}

static enum rec_archive_state state(const struct fixture *f)
{
    return rec_archive_state_of(f->spool, f->archive, f->session.text);
}

static void test_states(struct fixture *f, gconstpointer data)
{
    g_assert_cmpint(state(f), ==, REC_ARCHIVE_NONE);
    g_autofree char *lock = touch(f, f->spool, "/lock");
    g_assert_cmpint(state(f), ==, REC_ARCHIVE_RENDERING); /* nobody holds it: an orphan */
    int fd = open(lock, O_RDWR | O_CLOEXEC);
    g_assert_cmpint(flock(fd, LOCK_EX), ==, 0);
    g_assert_cmpint(state(f), ==, REC_ARCHIVE_RECORDING);
    g_autofree char *closed = touch(f, f->spool, "/closed");
    g_assert_cmpint(state(f), ==, REC_ARCHIVE_RENDERING);
    close(fd);
    g_autofree char *failed = touch(f, f->archive, ".failed");
    g_assert_cmpint(state(f), ==, REC_ARCHIVE_FAILED);
    g_autofree char *manifest = touch(f, f->archive, "/manifest.json");
    g_assert_cmpint(state(f), ==, REC_ARCHIVE_READY);
    g_assert_cmpint(rec_archive_state_of(f->spool, f->archive, "../x"), ==, REC_ARCHIVE_NONE);
    g_assert_cmpint(rec_archive_state_of(f->spool, f->archive, NULL), ==, REC_ARCHIVE_NONE);
}

static void test_paths(struct fixture *f, gconstpointer data)
{
    g_autofree char *made = touch(f, f->archive, "/01-clerk-camera-vp8.webm");
    g_autofree char *hidden = touch(f, f->archive, "/.hidden");
    g_autofree char *deep = touch(f, f->archive, "/journal/0001.pcapng");
    g_autofree char *found =
        rec_archive_path(f->archive, f->session.text, "01-clerk-camera-vp8.webm");
    g_assert_cmpstr(found, ==, made);
    static const char *const refused[] = {"",           ".",      "..",      ".hidden",
                                          "journal",    "absent", "../lock", "journal/0001.pcapng",
                                          "/etc/passwd"};
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
        g_assert_null(rec_archive_path(f->archive, f->session.text, refused[i]));
    g_assert_null(rec_archive_path(f->archive, f->session.text, NULL));
    g_assert_null(rec_archive_path(f->archive, "..", "01-clerk-camera-vp8.webm"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/recorder/archive/states", struct fixture, NULL, set_up, test_states, NULL);
    g_test_add("/recorder/archive/paths", struct fixture, NULL, set_up, test_paths, NULL);
    return g_test_run();
}
