/* A TLS server's certificate, its chain and its key, read from PEM files and checked before anybody uses them. */
#ifndef BASE_CRYPTO_CERTIFICATE_PAIR_H
#define BASE_CRYPTO_CERTIFICATE_PAIR_H

#include <stdbool.h>
#include <stdint.h>

/* Owns what it points at; libcrypto's types by their tags. */
struct certificate_pair {
    struct x509_st *leaf;
    struct stack_st_X509 *chain; /* of X509, without the leaf; may be empty */
    struct evp_pkey_st *key;
    int64_t not_before_s, not_after_s; /* since 1970 */
    bool is_self_made;                 /* by certificate_make() */
    bool key_is_open;                  /* others than its owner and group may read the key's file */
};

/* Any thread; a few files' reading. The first certificate of `certificate_path` is the server's, those behind it its chain.
 * 0; or the negative errno of reading a file, -EBADMSG (a file does not hold what it should), -EKEYREJECTED (the key is
 * encrypted), -EINVAL (the key is another certificate's). `ret_what` then says which file, what is wrong with it and what to
 * do; g_free() it. Whether it is expired is not judged. */
int certificate_pair_load(const char *certificate_path, const char *key_path,
                          struct certificate_pair *ret_pair, char **ret_what);

/* Also what is all zero. */
void certificate_pair_finish(struct certificate_pair *pair);

#endif
