/* shipinban-recorder: makes recordings of the journals that the daemon leaves in its spool. */
#include "base/log.h"
#include "recorder/mux/render.h"
#include "recorder/mux/watch.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(const char *what)
{
    fprintf(stderr, "shipinban-recorder: %s\n", what);
    return EXIT_FAILURE;
}

static int render_folder(const char *folder, const char *archive_dir)
{
    g_autofree char *text = NULL;
    enum rec_render_result result = rec_render(folder, archive_dir, &text);
    fprintf(result == REC_RENDER_DONE ? stdout : stderr, "%s\n", text);
    return (int)result;
}

int main(int argc, char **argv)
{
    g_autofree char *config = NULL;
    g_autofree char *render = NULL;
    g_autofree char *out = NULL;
    GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &config, "Watch the spool named in this file",
         "FILE"},
        {"render", 'r', 0, G_OPTION_ARG_FILENAME, &render, "Render one folder of a spool and end",
         "FOLDER"},
        {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out, "The archive, with --render", "DIR"},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, "Makes recordings of journals.");
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error))
        return fail(error->message);
    log_init(LOG_AT_INFO);
    if (render && out)
        return render_folder(render, out);
    if (!config || render || out)
        return fail("give either --config FILE, or --render FOLDER and --out DIR");
    return rec_watch_run(config) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
