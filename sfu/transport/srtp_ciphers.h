/* Debian's libsrtp is built with NSS, whose ciphers take twice to four times as long as libcrypto's and
 * four times the memory a stream. libsrtp lets a program bring its own. Private to sfu/transport/. */
#ifndef SFU_TRANSPORT_SRTP_CIPHERS_H
#define SFU_TRANSPORT_SRTP_CIPHERS_H

/* Once, after srtp_init(). libsrtp tests each one with its own vectors before it takes it. 0 or -EIO. */
int srtp_ciphers_use(void);

#endif
