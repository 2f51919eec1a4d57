/* The one function a fuzz target defines. libFuzzer calls it, or replay_main.c. It returns 0 and must
 * leave nothing behind: the next input starts from the same state. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
