/* Temporary folders for tests, removed with all they hold when the test program ends. */
#ifndef TESTS_HARNESS_TEMP_H
#define TESTS_HARNESS_TEMP_H

/* A fresh empty folder under TMPDIR. The harness owns the text; it stays valid until the program ends.
 * Any thread. Ends the test program when the folder cannot be made. */
const char *temp_dir(void);

#endif
