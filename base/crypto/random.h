/* Randomness from the system. Any thread. */
#ifndef BASE_CRYPTO_RANDOM_H
#define BASE_CRYPTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Fills `ret_bytes`. Aborts when the system has no randomness: nothing here can go on without it. */
void random_bytes(void *ret_bytes, size_t len);
uint32_t random_u32(void);

#endif
