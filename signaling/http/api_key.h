/* The integrator's key. */
#ifndef SIGNALING_HTTP_API_KEY_H
#define SIGNALING_HTTP_API_KEY_H

/* Reads the key from the first line of `path`, or makes a random one there (mode 0600) when the file is missing. 0 or a
 * negative errno with `ret_what` in words; g_free() both. */
int sig_api_key_load(const char *path, char **ret_key, char **ret_what);

#endif
