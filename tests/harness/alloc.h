/* Makes the n-th allocation fail. A test that links `alloc_dep` has malloc, calloc, realloc and
 * aligned_alloc of the program and its static libraries wrapped at link time; those inside shared
 * libraries (GLib, OpenSSL) are not. The count is the calling thread's own.
 *
 *     for (size_t nth = 0;; nth++) {
 *         alloc_fail_at(nth);
 *         int r = thing_create(&thing);
 *         if (!alloc_fail_end())
 *             break;                       // it got by without an n-th allocation: r is 0
 *         g_assert_cmpint(r, ==, -ENOMEM); // and nothing leaked: the sanitizer looks
 *     }
 */
#ifndef TESTS_HARNESS_ALLOC_H
#define TESTS_HARNESS_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* From now on, allocation number `nth` (from 0) of this thread fails, once. */
void alloc_fail_at(size_t nth);

/* Ends it; whether an allocation has failed. */
bool alloc_fail_end(void);

#endif
