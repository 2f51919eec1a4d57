#include "base/crypto/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_S (24L * 60 * 60)
#define DAYS_MAX 36500
#define NAME_MAX_BYTES 253       /* RFC 1035 section 2.3.4, as text */
#define COMMON_NAME_MAX_BYTES 64 /* RFC 5280 appendix A.1, ub-common-name */
#define SERIAL_BITS 120          /* at most 20 bytes, positive: RFC 5280 section 4.1.2.2 */

static bool dns_name_is_valid(const char *name)
{
    size_t len = strlen(name);
    if (!strncmp(name, "*.", 2))
        name += 2, len -= 2;
    if (len < 1 || len > NAME_MAX_BYTES || *name == '.' || *name == '-')
        return false;
    for (; *name; name++) {
        if (!g_ascii_isalnum(*name) && *name != '.' && *name != '-')
            return false;
    }
    return true;
}

/* 0, -EINVAL or -ENOMEM. */
static int name_add(GENERAL_NAMES *names, const char *text)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(text);
    if (!address && !dns_name_is_valid(text))
        return -EINVAL;

    ASN1_STRING *value = address;
    if (!value) {
        value = ASN1_IA5STRING_new();
        if (value && !ASN1_STRING_set(value, text, -1)) {
            ASN1_STRING_free(value);
            value = NULL;
        }
    }
    GENERAL_NAME *name = value ? GENERAL_NAME_new() : NULL;
    if (!name) {
        ASN1_STRING_free(value);
        return -ENOMEM;
    }
    GENERAL_NAME_set0_value(name, address ? GEN_IPADD : GEN_DNS, value);
    if (!sk_GENERAL_NAME_push(names, name)) {
        GENERAL_NAME_free(name);
        return -ENOMEM;
    }
    return 0;
}

static int alternative_names_set(X509 *x509, const char *const names[])
{
    GENERAL_NAMES *all = GENERAL_NAMES_new();
    if (!all)
        return -ENOMEM;
    int r = 0;
    for (; r == 0 && *names; names++)
        r = name_add(all, *names);
    if (r == 0 && X509_add1_ext_i2d(x509, NID_subject_alt_name, all, 0, X509V3_ADD_DEFAULT) != 1)
        r = -EIO;
    GENERAL_NAMES_free(all);
    return r;
}

static bool extension_add(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    bool ok = extension && X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    return ok;
}

static bool serial_set(X509 *x509)
{
    BIGNUM *serial = BN_new();
    bool ok = serial && BN_rand(serial, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
              BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x509));
    BN_free(serial);
    return ok;
}

static bool common_name_set(X509 *x509, const char *name)
{
    int len = (int)MIN(strlen(name), COMMON_NAME_MAX_BYTES);
    X509_NAME *subject = X509_get_subject_name(x509);
    return X509_NAME_add_entry_by_NID(subject, NID_organizationName, MBSTRING_ASC,
                                      (const unsigned char *)CERTIFICATE_MAKER, -1, -1, 0) &&
           X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC,
                                      (const unsigned char *)name, len, -1, 0);
}

static int fill(X509 *x509, EVP_PKEY *key, const char *const names[], int days)
{
    int r = alternative_names_set(x509, names);
    if (r < 0)
        return r;
    /* A day back, for clients whose clock is behind. */
    bool ok =
        X509_set_version(x509, X509_VERSION_3) && serial_set(x509) &&
        X509_gmtime_adj(X509_getm_notBefore(x509), -DAY_S) &&
        X509_time_adj_ex(X509_getm_notAfter(x509), days, 0, NULL) &&
        common_name_set(x509, names[0]) &&
        X509_set_issuer_name(x509, X509_get_subject_name(x509)) && X509_set_pubkey(x509, key) &&
        extension_add(x509, NID_basic_constraints, "critical,CA:FALSE") &&
        extension_add(x509, NID_key_usage, "critical,digitalSignature") &&
        extension_add(x509, NID_ext_key_usage, "serverAuth") && X509_sign(x509, key, EVP_sha256());
    return ok ? 0 : -EIO;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        len -= (size_t)n;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

/* Through a neighbour and a rename, so that nobody ever sees half a file. */
static int file_replace(const char *path, mode_t mode, BIO *pem)
{
    char *data;
    long len = BIO_get_mem_data(pem, &data);
    g_autofree char *neighbour = g_strdup_printf("%s.XXXXXX", path);
    int fd = mkostemp(neighbour, O_CLOEXEC); /* with mode 0600 */
    if (fd < 0)
        return -errno;
    int r = write_all(fd, data, (size_t)len);
    if (r == 0 && (fchmod(fd, mode) < 0 || rename(neighbour, path) < 0))
        r = -errno;
    if (r < 0)
        unlink(neighbour);
    close(fd);
    return r;
}

static int files_write(X509 *x509, EVP_PKEY *key, const char *certificate_path,
                       const char *key_path)
{
    BIO *key_pem = BIO_new(BIO_s_secmem());
    BIO *certificate_pem = BIO_new(BIO_s_mem());
    int r = -EIO;
    if (key_pem && certificate_pem && PEM_write_bio_X509(certificate_pem, x509) &&
        PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL))
        r = file_replace(key_path, 0600, key_pem);
    if (r == 0)
        r = file_replace(certificate_path, 0644, certificate_pem);
    BIO_free(key_pem);
    BIO_free(certificate_pem);
    return r;
}

int certificate_make(const char *const names[], int days, const char *certificate_path,
                     const char *private_key_path)
{
    if (!names || !names[0] || days < 1 || days > DAYS_MAX)
        return -EINVAL;

    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    int r = key && x509 ? fill(x509, key, names, days) : -ENOMEM;
    if (r == 0)
        r = files_write(x509, key, certificate_path, private_key_path);
    X509_free(x509);
    EVP_PKEY_free(key);
    return r;
}
