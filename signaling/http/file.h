/* Sends a file: type by its name, Range, ETag. Control thread. */
#ifndef SIGNALING_HTTP_FILE_H
#define SIGNALING_HTTP_FILE_H

#include <stdbool.h>

struct sig_exchange;

/* Answers with the file at `path`, which is below a folder that the caller trusts. False: it is not there or no
 * plain file; nothing was answered. `cache` is the Cache-Control. */
bool sig_http_file(struct sig_exchange *exchange, const char *path, const char *cache);

/* "video/webm"; application/octet-stream for an ending we do not know. */
const char *sig_http_file_type(const char *path);

#endif
