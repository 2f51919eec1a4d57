#include "recorder/mux/publish.h"

#include "recorder/journal/folder.h"
#include "recorder/mux/files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int rec_publish_init(struct rec_publish *publish, const char *spool_folder, const char *archive_dir)
{
    g_autofree char *session = g_path_get_basename(spool_folder);
    if (session[0] == '.' || session[0] == '/')
        return -EINVAL;
    *publish = (struct rec_publish){
        .spool_folder = g_strdup(spool_folder),
        .archive_dir = g_strdup(archive_dir),
        .final = g_build_filename(archive_dir, session, NULL),
        .tmp = g_strdup_printf("%s/.%s.tmp", archive_dir, session),
        .failed = g_strdup_printf("%s/%s.failed", archive_dir, session),
    };
    return 0;
}

void rec_publish_finish(struct rec_publish *publish)
{
    g_free(publish->spool_folder);
    g_free(publish->archive_dir);
    g_free(publish->final);
    g_free(publish->tmp);
    g_free(publish->failed);
}

/* ---- the lock ------------------------------------------------------------------------------------------ */

/* Takes the daemon's lock for a moment. -EBUSY: the daemon has it. `ret_fd` is -1 where there is none
 * to take. */
static int take_lock(const struct rec_publish *publish, int *ret_fd)
{
    g_autofree char *path = g_build_filename(publish->spool_folder, REC_LOCK_NAME, NULL);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return -errno;
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        return -EBUSY;
    }
    *ret_fd = fd;
    return 0;
}

static void give_lock(int fd)
{
    if (fd >= 0)
        close(fd);
}

/* ---- what is there ---------------------------------------------------------------------------------- */

static bool holds(const GPtrArray *digests, const char *sha256)
{
    for (guint i = 0; i < digests->len; i++)
        if (strcmp(digests->pdata[i], sha256) == 0)
            return true;
    return false;
}

static int add_digest(GPtrArray *digests, const char *path)
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    char hex[DIGEST_SHA256_HEX_BYTES];
    int r = digest_sha256_file(path, sha256, NULL);
    if (r < 0)
        return r;
    digest_hex(sha256, sizeof sha256, hex);
    g_ptr_array_add(digests, g_strdup(hex));
    return 0;
}

/* Digests of the segments of an earlier recording, and whether those of the spool are among them. */
static int is_archived(const struct rec_segments *archived, const struct rec_segments *spool,
                       bool *ret_done)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) wanted = g_ptr_array_new_with_free_func(g_free);
    int r = 0;
    for (guint i = 0; i < archived->files->len && r == 0; i++)
        r = add_digest(known, ((struct rec_segment_file *)archived->files->pdata[i])->path);
    for (guint i = 0; i < spool->files->len && r == 0; i++)
        r = add_digest(wanted, ((struct rec_segment_file *)spool->files->pdata[i])->path);
    bool done = r == 0;
    for (guint i = 0; i < wanted->len; i++)
        done &= holds(known, wanted->pdata[i]);
    *ret_done = done;
    return r;
}

int rec_publish_load(const struct rec_publish *publish, struct rec_segments *segments,
                     bool *ret_done)
{
    int lock_fd = -1;
    int r = take_lock(publish, &lock_fd);
    if (r < 0)
        return r;
    give_lock(lock_fd);

    *ret_done = false;
    g_autofree char *earlier = g_build_filename(publish->final, "journal", NULL);
    if (g_file_test(earlier, G_FILE_TEST_IS_DIR)) {
        struct rec_segments spool;
        rec_segments_init(&spool);
        r = rec_segments_add_folder(&spool, publish->spool_folder);
        if (r == 0)
            r = rec_segments_add_folder(segments, earlier);
        if (r == 0)
            r = is_archived(segments, &spool, ret_done);
        rec_segments_finish(&spool);
    }
    return r < 0 ? r : rec_segments_add_folder(segments, publish->spool_folder);
}

/* ---- building --------------------------------------------------------------------------------------- */

int rec_publish_begin(const struct rec_publish *publish, const struct rec_segments *segments)
{
    g_autofree char *journal = g_build_filename(publish->tmp, "journal", NULL);
    int r = rec_files_remove(publish->tmp);
    if (r == 0 && g_mkdir_with_parents(journal, 0750) < 0)
        r = -errno;
    for (guint i = 0; i < segments->files->len && r == 0; i++) {
        const struct rec_segment_file *file = segments->files->pdata[i];
        g_autofree char *target = g_build_filename(journal, file->name, NULL);
        r = rec_files_link(file->path, target);
    }
    return r;
}

/* Whether the spool's folder still is what was rendered: no segment more, none longer. */
static bool is_unchanged(const struct rec_publish *publish, const struct rec_segments *segments)
{
    struct rec_segments now;
    rec_segments_init(&now);
    bool same = rec_segments_add_folder(&now, publish->spool_folder) == 0;
    guint skip = segments->files->len - MIN(now.files->len, segments->files->len);
    for (guint i = 0; i < now.files->len && same; i++) {
        const struct rec_segment_file *file = now.files->pdata[i];
        const struct rec_segment_file *rendered =
            skip + i < segments->files->len ? segments->files->pdata[skip + i] : NULL;
        same = rendered && strcmp(rendered->path, file->path) == 0 && rendered->len == file->len;
    }
    rec_segments_finish(&now);
    return same;
}

static int put_in_place(const struct rec_publish *publish)
{
    int r = rec_files_exchange(publish->tmp, publish->final);
    if (r == 0)
        r = rec_files_sync_folder(publish->archive_dir);
    if (r == 0)
        r = rec_files_remove(publish->spool_folder);
    if (r == 0)
        r = rec_files_remove(publish->tmp); /* the recording that was there before */
    if (r == 0 && unlink(publish->failed) < 0 && errno != ENOENT)
        r = -errno;
    return r;
}

int rec_publish_commit(const struct rec_publish *publish, const struct rec_segments *segments)
{
    int r = rec_files_sync(publish->tmp);
    int lock_fd = -1;
    if (r == 0)
        r = take_lock(publish, &lock_fd);
    if (r < 0)
        return r;
    r = is_unchanged(publish, segments) ? put_in_place(publish) : -EBUSY;
    give_lock(lock_fd);
    return r;
}

int rec_publish_clean(const struct rec_publish *publish)
{
    int lock_fd = -1;
    int r = take_lock(publish, &lock_fd);
    if (r < 0)
        return r;
    r = rec_files_remove(publish->spool_folder);
    if (r == 0)
        r = rec_files_remove(publish->tmp);
    give_lock(lock_fd);
    return r;
}

void rec_publish_fail(const struct rec_publish *publish, const char *reason)
{
    g_autofree char *text = g_strconcat(reason, "\n", NULL);
    (void)g_mkdir_with_parents(publish->archive_dir, 0750);
    (void)g_file_set_contents(publish->failed, text, -1, NULL);
    (void)rec_files_remove(publish->tmp);
}
