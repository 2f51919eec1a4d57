/* The lines of a configuration file, which GKeyFile forgets: where a key stands, and what GKeyFile would not say or
 * would let pass. Any thread. */
#ifndef SIGNALING_CONFIG_LINES_H
#define SIGNALING_CONFIG_LINES_H

/* Number of the line that opens `section`, or of `key` inside of it; 0 when it is not there. */
unsigned sig_lines_find(char *const *lines, const char *section, const char *key);

/* The first line that is neither a section, nor a key of one, nor a comment, or that says a key a second time; 0: there
 * is none. `ret_why` then says what is wrong in words, g_free() it. */
unsigned sig_lines_broken(char *const *lines, char **ret_why);

#endif
