/* Runs a fuzz target without libFuzzer, so that ordinary builds exercise it:
 *     fuzz_<parser> CORPUS-FOLDER MUTATIONS [FIRST-SEED]
 * calls it with nothing, with every file of the folder and with that many seeded mutations of them. When
 * an input kills the program, its seed and bytes are told on stderr. */
#include <dirent.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/mutation.h"

#define TOLD_MAX_BYTES 4096

/* Present in sanitized builds. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* What runs now, for the death report. */
static const uint8_t *running_data;
static size_t running_size;
static char running_name[256];

/* Async-signal-safe: nothing but write(). */
static void tell(const char *text, size_t len)
{
    ssize_t n = write(STDERR_FILENO, text, len);
    (void)n;
}

static void death_tell(void)
{
    static const char digits[] = "0123456789abcdef";
    tell("input ", 6);
    tell(running_name, strlen(running_name));
    tell(", hex: ", 7);
    for (size_t i = 0; i < running_size && i < TOLD_MAX_BYTES; i++) {
        char hex[2] = {digits[running_data[i] >> 4], digits[running_data[i] & 15]};
        tell(hex, sizeof hex);
    }
    tell("\n", 1);
}

static void signal_tell(int number)
{
    signal(number, SIG_DFL);
    death_tell();
    raise(number);
}

static void input_run(const void *data, size_t size)
{
    /* A block of exactly this size: the sanitizer sees one byte too far. */
    uint8_t *block = malloc(size ? size : 1);
    if (!block)
        abort();
    if (size)
        memcpy(block, data, size);
    running_data = block;
    running_size = size;
    LLVMFuzzerTestOneInput(block, size);
    running_size = 0;
    free(block);
}

static int name_compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the order of the names, so that a seed means the same everywhere. */
static GPtrArray *corpus_names(const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
    if (!dir)
        g_error("%s", error->message);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, name_compare);
    return names;
}

static GPtrArray *corpus_run(const char *folder)
{
    g_autoptr(GPtrArray) names = corpus_names(folder);
    GPtrArray *corpus = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        g_autoptr(GError) error = NULL;
        char *content;
        gsize len;
        if (!g_file_get_contents(path, &content, &len, &error))
            g_error("%s", error->message);
        snprintf(running_name, sizeof running_name, "%s", path);
        input_run(content, len);
        g_ptr_array_add(corpus, g_bytes_new_take(content, len));
    }
    return corpus;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER MUTATIONS [FIRST-SEED]\n", argv[0]);
        return 2;
    }
    guint64 mutations = g_ascii_strtoull(argv[2], NULL, 10);
    guint64 seed = argc > 3 ? g_ascii_strtoull(argv[3], NULL, 10) : 0;
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(death_tell);
    else
        signal(SIGSEGV, signal_tell);
    signal(SIGABRT, signal_tell);

    snprintf(running_name, sizeof running_name, "nothing");
    input_run("", 0);
    g_autoptr(GPtrArray) corpus = corpus_run(argv[1]);
    guint files = corpus->len;
    if (!files) {
        fprintf(stderr, "%s: no input in %s\n", argv[0], argv[1]);
        return 1;
    }
    for (guint64 i = 0; i < mutations; i++) {
        g_autoptr(GByteArray) input = mutation_make(corpus, (guint32)(seed + i));
        snprintf(running_name, sizeof running_name, "seed %" G_GUINT64_FORMAT, seed + i);
        input_run(input->data, input->len);
    }
    printf("%u files and %" G_GUINT64_FORMAT " mutations of them\n", files, mutations);
    return 0;
}
