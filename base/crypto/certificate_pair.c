#include "base/crypto/certificate_pair.h"

#include <errno.h>
#include <glib.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypto/certificate.h"

static int file_read(const char *path, BIO **ret_pem, char **ret_text, char **ret_what)
{
    g_autoptr(GError) error = NULL;
    gsize len;
    if (!g_file_get_contents(path, ret_text, &len, &error)) {
        *ret_what = g_strdup_printf("%s", error->message);
        return g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)   ? -ENOENT
               : g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_ACCES) ? -EACCES
                                                                          : -EIO;
    }
    *ret_pem = BIO_new_mem_buf(*ret_text, (int)MIN(len, (gsize)G_MAXINT));
    return *ret_pem ? 0 : -ENOMEM;
}

static int chain_read(const char *path, struct certificate_pair *pair, char **ret_what)
{
    g_autofree char *text = NULL;
    BIO *pem = NULL;
    int r = file_read(path, &pem, &text, ret_what);
    if (r < 0)
        return r;
    pair->leaf = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    pair->chain = sk_X509_new_null();
    X509 *next;
    while (pair->leaf && pair->chain && (next = PEM_read_bio_X509(pem, NULL, NULL, NULL)))
        if (!sk_X509_push(pair->chain, next))
            X509_free(next);
    BIO_free(pem);
    /* The end of the file is told as an error too; another one is a broken certificate. */
    bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (pair->leaf && pair->chain && whole)
        return 0;
    *ret_what = g_strdup_printf("%s: %s; wanted is PEM: the server's certificate first, then those "
                                "that signed it",
                                path,
                                pair->leaf ? "a certificate of the chain is broken"
                                           : "there is no whole \"BEGIN CERTIFICATE\" in it");
    return -EBADMSG;
}

/* Nobody is there to be asked. */
static int no_password(char *buffer, int size, int writing, void *user)
{
    *(bool *)user = true;
    return -1;
}

static int key_read(const char *path, struct certificate_pair *pair, char **ret_what)
{
    g_autofree char *text = NULL;
    bool is_encrypted = false;
    struct stat st;
    BIO *pem = NULL;
    int r = file_read(path, &pem, &text, ret_what);
    if (r < 0)
        return r;
    pair->key = PEM_read_bio_PrivateKey(pem, NULL, no_password, &is_encrypted);
    BIO_free(pem);
    ERR_clear_error();
    memset(text, 0, strlen(text));
    pair->key_is_open = stat(path, &st) == 0 && (st.st_mode & S_IROTH);
    if (pair->key)
        return 0;
    if (is_encrypted) {
        *ret_what =
            g_strdup_printf("%s: the key is encrypted and nobody can be asked for its password; "
                            "write it without one: openssl pkey -in %s -out NEW",
                            path, path);
        return -EKEYREJECTED;
    }
    *ret_what =
        g_strdup_printf("%s: there is no whole \"BEGIN PRIVATE KEY\" in it; wanted is PEM", path);
    return -EBADMSG;
}

/* Which certificate the key belongs to: 0 the leaf, then those of the chain; -1: none. */
static int key_place(const struct certificate_pair *pair)
{
    int found = X509_check_private_key(pair->leaf, pair->key) == 1 ? 0 : -1;
    for (int i = 0; found < 0 && i < sk_X509_num(pair->chain); i++)
        if (X509_check_private_key(sk_X509_value(pair->chain, i), pair->key) == 1)
            found = i + 1;
    ERR_clear_error();
    return found;
}

static int fit_check(const char *certificate_path, const char *key_path,
                     const struct certificate_pair *pair, char **ret_what)
{
    int place = key_place(pair);
    if (place == 0)
        return 0;
    if (place > 0)
        *ret_what = g_strdup_printf(
            "%s: the server's certificate, which %s belongs to, must stand first; it is "
            "number %d",
            certificate_path, key_path, place + 1);
    else
        *ret_what = g_strdup_printf(
            "%s is not the key of the certificate in %s: both must come from one request", key_path,
            certificate_path);
    return -EINVAL;
}

static int64_t seconds_of(const ASN1_TIME *time)
{
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}

static bool is_self_made(const X509 *leaf)
{
    char maker[64] = "";
    const X509_NAME *subject = X509_get_subject_name(leaf);
    int len =
        X509_NAME_get_text_by_NID((X509_NAME *)subject, NID_organizationName, maker, sizeof maker);
    return len > 0 && !strcmp(maker, CERTIFICATE_MAKER) &&
           !X509_NAME_cmp(subject, X509_get_issuer_name(leaf));
}

int certificate_pair_load(const char *certificate_path, const char *key_path,
                          struct certificate_pair *ret_pair, char **ret_what)
{
    struct certificate_pair pair = {0};
    int r = chain_read(certificate_path, &pair, ret_what);
    if (r == 0)
        r = key_read(key_path, &pair, ret_what);
    if (r == 0)
        r = fit_check(certificate_path, key_path, &pair, ret_what);
    if (r < 0) {
        certificate_pair_finish(&pair);
        return r;
    }
    pair.not_before_s = seconds_of(X509_get0_notBefore(pair.leaf));
    pair.not_after_s = seconds_of(X509_get0_notAfter(pair.leaf));
    pair.is_self_made = is_self_made(pair.leaf);
    *ret_pair = pair;
    return 0;
}

void certificate_pair_finish(struct certificate_pair *pair)
{
    X509_free(pair->leaf);
    sk_X509_pop_free(pair->chain, X509_free);
    EVP_PKEY_free(pair->key);
    *pair = (struct certificate_pair){0};
}
