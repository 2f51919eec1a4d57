#include "recorder/mux/segments.h"

#include "recorder/journal/chain.h"
#include "recorder/journal/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void free_file(void *data)
{
    struct rec_segment_file *file = data;
    if (file->len)
        munmap((void *)file->data, file->len);
    g_free(file->path);
    g_free(file);
}

void rec_segments_init(struct rec_segments *segments)
{
    *segments = (struct rec_segments){.files = g_ptr_array_new_with_free_func(free_file)};
}

void rec_segments_finish(struct rec_segments *segments)
{
    g_ptr_array_unref(segments->files);
    segments->files = NULL;
}

static int map_file(struct rec_segment_file *file)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    struct stat st;
    int r = fstat(fd, &st) < 0 ? -errno : 0;
    if (r == 0 && !S_ISREG(st.st_mode))
        r = -EINVAL;
    if (r == 0 && st.st_size > 0) {
        void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (data == MAP_FAILED) {
            r = -errno;
        } else {
            file->data = data;
            file->len = (size_t)st.st_size;
        }
    }
    close(fd);
    return r;
}

static int add_file(struct rec_segments *segments, const char *folder, const char *name)
{
    struct rec_segment_file *file = g_new0(struct rec_segment_file, 1);
    file->path = g_build_filename(folder, name, NULL);
    g_ptr_array_add(segments->files, file);
    snprintf(file->name, sizeof file->name, "%04u.pcapng", segments->files->len);
    return map_file(file);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int rec_segments_add_folder(struct rec_segments *segments, const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    if (!dir)
        return -ENOENT;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        if (rec_folder_segment_number(name))
            g_ptr_array_add(names, g_strdup(name));
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_names);
    int r = 0;
    for (unsigned i = 0; i < names->len && r == 0; i++)
        r = add_file(segments, folder, names->pdata[i]);
    return r;
}

/* ---- reading and checking ------------------------------------------------------------------------- */

struct walk {
    struct rec_segments *segments;
    rec_block_func func;
    void *data;
    struct rec_chain chain;
    size_t chained; /* bytes of the current segment that are in the chain */
    const char *previous_sha256;
    const struct rec_segment_file *previous; /* NULL: this is the first */
};

static bool field_is(const struct rec_pcapng_entry *event, const char *name, const char *value)
{
    const struct rec_pcapng_field *field = rec_pcapng_field(event, name);
    size_t len = strlen(value);
    return field && field->value_len == len && memcmp(field->value, value, len) == 0;
}

/* What it says of the length of the segment before it, where it does. */
static bool lengths_fit(const struct rec_pcapng_entry *event,
                        const struct rec_segment_file *previous)
{
    int64_t bytes = rec_pcapng_number(event, "PREVIOUS_BYTES", -1);
    int64_t torn = rec_pcapng_number(event, "PREVIOUS_TORN_BYTES", -1);
    bool is_first = rec_pcapng_number(event, "SEGMENT", 0) == 1 || !previous;
    return (bytes < 0 || (uint64_t)bytes == (is_first ? 0 : previous->len)) &&
           (torn < 0 || (uint64_t)torn == (is_first ? 0 : previous->torn_bytes));
}

static int check_event(struct walk *walk, struct rec_segment_file *file,
                       const struct rec_pcapng_block *block)
{
    const struct rec_pcapng_entry *event = &block->event;
    if (rec_pcapng_is(event, "segment.start")) {
        /* A session that went on after its journal was archived begins with 1 and zeros again. */
        const char *expected =
            rec_pcapng_number(event, "SEGMENT", 0) == 1 ? rec_chain_zero : walk->previous_sha256;
        file->chain_ok &=
            field_is(event, "PREVIOUS_SHA256", expected) && lengths_fit(event, walk->previous);
    }
    if (!rec_pcapng_is(event, "chain")) {
        walk->segments->ended = rec_pcapng_is(event, "journal.end");
        return 0;
    }
    int r = rec_chain_add(&walk->chain, file->data + walk->chained, block->offset - walk->chained);
    if (r == 0)
        r = rec_chain_head(&walk->chain, file->chain_head);
    walk->chained = block->offset;
    file->chain_ok &= field_is(event, "SHA256", file->chain_head);
    return r;
}

static int read_file(struct walk *walk, struct rec_segment_file *file, unsigned number)
{
    struct rec_pcapng_reader reader = rec_pcapng_reader(file->data, file->len);
    struct rec_pcapng_block block;
    int r = 0;
    file->chain_ok = true;
    walk->chained = 0;
    while (r == 0 && rec_pcapng_next(&reader, &block)) {
        if (block.kind == REC_PCAPNG_EVENT)
            r = check_event(walk, file, &block);
        else if (block.kind == REC_PCAPNG_PACKET)
            walk->segments->ended = false;
        walk->func(walk->data, number, &block);
    }
    file->torn_bytes = file->len - reader.at;
    if (r == 0)
        r = rec_chain_add(&walk->chain, file->data + walk->chained, file->len - walk->chained);
    if (r == 0)
        r = rec_chain_end(&walk->chain, file->sha256);
    walk->previous_sha256 = file->sha256;
    walk->previous = file;
    return r;
}

int rec_segments_read(struct rec_segments *segments, rec_block_func func, void *data)
{
    struct walk walk = {
        .segments = segments, .func = func, .data = data, .previous_sha256 = rec_chain_zero};
    int r = rec_chain_init(&walk.chain);
    for (unsigned i = 0; i < segments->files->len && r == 0; i++)
        r = read_file(&walk, segments->files->pdata[i], i);
    rec_chain_finish(&walk.chain);
    return r;
}
