/* Whole files in tests. What fails ends the test program with the path and the reason. Any thread. */
#ifndef TESTS_HARNESS_FILE_H
#define TESTS_HARNESS_FILE_H

#include <stddef.h>

/* The content with a NUL behind it; g_free() it. `ret_len` may be NULL. */
char *file_read(const char *path, size_t *ret_len);

/* Makes or replaces the file. */
void file_write(const char *path, const void *data, size_t len);

/* Where a file of tests/data lies, "messages/ping.json" for one; g_free() it. */
char *file_data_path(const char *name);

#endif
