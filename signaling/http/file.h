/* Sends a file: type by its name, Range, ETag. Control thread. */
#ifndef SIGNALING_HTTP_FILE_H
#define SIGNALING_HTTP_FILE_H

#include <stdbool.h>

struct sig_exchange;

/* Answers with the file at `path`, which is below a folder that the caller trusts. False: it is not there or no
 * plain file; nothing was answered. `cache` is the Cache-Control. */
bool sig_http_file(struct sig_exchange *exchange, const char *path, const char *cache);

/* The same for a file that may lie there in a packed form too (FILE.br, FILE.gz): the smallest that the client takes goes out,
 * where it asks for the whole. */
bool sig_http_file_packed(struct sig_exchange *exchange, const char *path, const char *cache);

/* Whether an Accept-Encoding header (RFC 9110 section 12.5.3; NULL: not sent) takes `coding` by name. Pure. */
bool sig_http_accepts(const char *header, const char *coding);

/* "video/webm"; application/octet-stream for an ending we do not know. */
const char *sig_http_file_type(const char *path);

#endif
