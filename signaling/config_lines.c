#include "signaling/config_lines.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* What a line is: at most one of the two is set. */
struct line {
    char *section, *key;
    bool is_blank; /* or a comment */
};

static struct line line_read(const char *text)
{
    g_autofree char *line = g_strstrip(g_strdup(text));
    size_t len = strlen(line);
    const char *equals = strchr(line, '=');
    if (!len || line[0] == '#')
        return (struct line){.is_blank = true};
    if (line[0] == '[' && len > 2 && line[len - 1] == ']')
        return (struct line){.section = g_strndup(line + 1, len - 2)};
    if (!equals || equals == line)
        return (struct line){0};
    return (struct line){.key = g_strchomp(g_strndup(line, (gsize)(equals - line)))};
}

static void line_finish(struct line *line)
{
    g_free(line->section);
    g_free(line->key);
}

unsigned sig_lines_find(char *const *lines, const char *section, const char *key)
{
    bool inside = false;
    unsigned found = 0;
    for (unsigned n = 0; lines[n] && !found; n++) {
        struct line line = line_read(lines[n]);
        if (line.section)
            inside = !strcmp(line.section, section);
        if (inside && (key ? line.key && !strcmp(line.key, key) : line.section != NULL))
            found = n + 1;
        line_finish(&line);
    }
    return found;
}

unsigned sig_lines_broken(char *const *lines, char **ret_why)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *section = NULL;
    *ret_why = NULL;
    unsigned n = 0;
    for (; lines[n] && !*ret_why; n++) {
        struct line line = line_read(lines[n]);
        if (line.section) {
            g_free(section);
            section = g_strdup(line.section);
        } else if (line.key && !section) {
            *ret_why = g_strdup_printf("%s: a key before the first section", line.key);
        } else if (line.key) {
            char *name = g_strdup_printf("[%s] %s", section, line.key);
            if (g_hash_table_contains(seen, name))
                *ret_why = g_strdup_printf("%s: it is there twice", name);
            g_hash_table_add(seen, name);
        } else if (!line.is_blank) {
            *ret_why = g_strdup_printf("\"%s\" is no section, key or comment", lines[n]);
        }
        line_finish(&line);
    }
    return *ret_why ? n : 0;
}
