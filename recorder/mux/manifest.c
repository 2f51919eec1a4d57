#include "recorder/mux/manifest.h"

#include "base/clock.h"
#include "base/crypto/digest.h"

#include <errno.h>
#include <jansson.h>

/* A file of the recording: into the list and into SHA256SUMS. */
static void list_file(json_t *files, GString *sums, const char *path, uint64_t bytes,
                      const char *sha256)
{
    json_t *entry = json_object();
    json_object_set_new(entry, "path", json_string(path));
    json_object_set_new(entry, "bytes", json_integer((json_int_t)bytes));
    json_object_set_new(entry, "sha256", json_string(sha256));
    if (files)
        json_array_append_new(files, entry);
    else
        json_decref(entry);
    g_string_append_printf(sums, "%s  %s\n", sha256, path);
}

static int digest_file(const char *folder, const char *path, json_t *files, GString *sums)
{
    g_autofree char *full = g_build_filename(folder, path, NULL);
    uint8_t sha256[DIGEST_SHA256_BYTES];
    char hex[DIGEST_SHA256_HEX_BYTES];
    uint64_t bytes = 0;
    int r = digest_sha256_file(full, sha256, &bytes);
    if (r < 0)
        return r;
    digest_hex(sha256, sizeof sha256, hex);
    list_file(files, sums, path, bytes, hex);
    return 0;
}

static json_t *segment_entry(const struct rec_segment_file *file, const char *path)
{
    json_t *entry = json_object();
    json_object_set_new(entry, "path", json_string(path));
    json_object_set_new(entry, "bytes", json_integer((json_int_t)file->len));
    json_object_set_new(entry, "sha256", json_string(file->sha256));
    json_object_set_new(entry, "chain_head", json_string(file->chain_head));
    json_object_set_new(entry, "chain_ok", json_boolean(file->chain_ok));
    json_object_set_new(entry, "torn_bytes", json_integer((json_int_t)file->torn_bytes));
    return entry;
}

/* The segments' digests are known from reading them. */
static json_t *journal(const struct rec_manifest *manifest, json_t *files, GString *sums)
{
    json_t *list = json_array();
    for (guint i = 0; i < manifest->segments->files->len; i++) {
        const struct rec_segment_file *file = manifest->segments->files->pdata[i];
        g_autofree char *path = g_build_filename("journal", file->name, NULL);
        json_array_append_new(list, segment_entry(file, path));
        list_file(files, sums, path, file->len, file->sha256);
    }
    return list;
}

static int list_files(const char *folder, const struct rec_manifest *manifest, json_t *files,
                      GString *sums)
{
    int r = digest_file(folder, "timeline.json", files, sums);
    for (guint i = 0; i < manifest->legs->legs->len && r == 0; i++) {
        const struct rec_leg *leg = manifest->legs->legs->pdata[i];
        r = digest_file(folder, leg->file, files, sums);
    }
    return r;
}

static json_t *make_root(const struct rec_manifest *manifest, json_t *files, GString *sums)
{
    json_t *root = json_object();
    json_object_set_new(root, "version", json_integer(1));
    json_object_set_new(root, "session",
                        manifest->session->id ? json_string(manifest->session->id) : json_null());
    json_object_set_new(root, "created_at", json_integer(clock_wall_us() / 1000));
    json_object_set_new(root, "program", json_string("shipinban-recorder " SHIPINBAN_VERSION));
    json_object_set_new(root, "journal", journal(manifest, files, sums));
    json_object_set(root, "files", files);
    json_object_set_new(root, "rendered_ms", json_integer(manifest->rendered_us / 1000));
    json_object_set_new(root, "render_wall_ms", json_integer(manifest->render_wall_us / 1000));
    json_object_set_new(root, "clean_end", json_boolean(manifest->segments->ended));
    return root;
}

int rec_manifest_write(const char *folder, const struct rec_manifest *manifest)
{
    g_autoptr(GString) sums = g_string_new(NULL);
    g_autofree char *path = g_build_filename(folder, "manifest.json", NULL);
    g_autofree char *sums_path = g_build_filename(folder, "SHA256SUMS", NULL);
    json_t *files = json_array();
    int r = list_files(folder, manifest, files, sums);
    if (r == 0) {
        json_t *root = make_root(manifest, files, sums);
        r = json_dump_file(root, path, JSON_INDENT(1)) < 0 ? -EIO : 0;
        json_decref(root);
    }
    json_decref(files);
    if (r == 0)
        r = digest_file(folder, "manifest.json", NULL, sums);
    if (r == 0 && !g_file_set_contents(sums_path, sums->str, (gssize)sums->len, NULL))
        r = -EIO;
    return r;
}
