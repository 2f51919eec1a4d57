/* What the parts of the configuration's reader share: a key of the table, the file that is read, and how a fault is told.
 * Control thread, at the start and when --check-config asks. */
#ifndef SIGNALING_CONFIG_LOAD_H
#define SIGNALING_CONFIG_LOAD_H

#include <glib.h>

#include "signaling/config.h"

enum config_type {
    CONFIG_TEXT,
    CONFIG_PATH,
    CONFIG_ADDRESS,
    CONFIG_LIST,
    CONFIG_NETWORKS,
    CONFIG_URL,
    CONFIG_NUMBER,
    CONFIG_TRUTH,
    CONFIG_LEVEL,
    CONFIG_CODECS,
    CONFIG_PROXY_HEADER,
    CONFIG_RELAYS
};

struct config_key {
    const char *section, *name;
    enum config_type type;
    size_t offset;
    const char *fallback; /* as it would stand in the file; NULL: none */
    unsigned min, max;    /* CONFIG_NUMBER */
};

struct config_loader {
    const char *path;
    char *folder;
    char **lines; /* of the file, to tell line numbers: GKeyFile forgets them */
    GKeyFile *file;
    char *what;
};

/* The fault in words, with file, line, section and key; `key` NULL: it is the section's. -EINVAL. */
G_GNUC_PRINTF(4, 5)
int sig_config_fail(struct config_loader *loader, const char *section, const char *key,
                    const char *format, ...);

/* Reads `text` as the key's type says into its place in `config` (config_values.c). 0 or -EINVAL. */
int sig_config_value_read(struct config_loader *loader, const struct config_key *key,
                          const char *text, struct sig_config *config);

/* Things that two keys decide together, or a key and what is there; completes what was left out (config_checks.c).
 * 0 or -EINVAL. */
int sig_config_check(struct config_loader *loader, struct sig_config *config);

#endif
