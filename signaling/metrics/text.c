#include "signaling/metrics/text.h"

static const char *prefix(const char *name)
{
    return g_str_has_prefix(name, "process_") ? "" : "shipinban_";
}

void sig_metric_family(GString *text, const char *name, const char *type, const char *help)
{
    g_string_append_printf(text, "# HELP %s%s %s\n# TYPE %s%s %s\n", prefix(name), name, help,
                           prefix(name), name, type);
}

static void head(GString *text, const char *name, const char *label, const char *value)
{
    g_string_append_printf(text, "%s%s", prefix(name), name);
    if (label)
        g_string_append_printf(text, "{%s=\"%s\"}", label, value);
}

void sig_metric_count(GString *text, const char *name, const char *label, const char *value,
                      uint64_t count)
{
    head(text, name, label, value);
    g_string_append_printf(text, " %" G_GUINT64_FORMAT "\n", count);
}

void sig_metric_count2(GString *text, const char *name, const char *labels[2],
                       const char *values[2], uint64_t count)
{
    g_string_append_printf(text, "%s%s{%s=\"%s\",%s=\"%s\"} %" G_GUINT64_FORMAT "\n", prefix(name),
                           name, labels[0], values[0], labels[1], values[1], count);
}

void sig_metric_number(GString *text, const char *name, const char *label, const char *value,
                       double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    head(text, name, label, value);
    g_string_append_printf(text, " %s\n", g_ascii_dtostr(digits, sizeof digits, number));
}

void sig_metric_one(GString *text, const char *name, const char *type, const char *help,
                    uint64_t count)
{
    sig_metric_family(text, name, type, help);
    sig_metric_count(text, name, NULL, NULL, count);
}
