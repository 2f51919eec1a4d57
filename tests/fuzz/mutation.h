/* Seeded damage to an input: the same seed over the same corpus gives the same bytes. */
#ifndef TESTS_FUZZ_MUTATION_H
#define TESTS_FUZZ_MUTATION_H

#include <glib.h>

/* A damaged copy of one of `corpus` (of GBytes; not empty). The caller owns it. */
GByteArray *mutation_make(GPtrArray *corpus, guint32 seed);

#endif
