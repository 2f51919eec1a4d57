/* The audit trail: one row an act, each with the SHA-256 of the row before and of itself (the exact bytes
 * are told in store/migrations/0001.sql), so that a missing or edited row is found. Hall thread. */
#ifndef HALL_AUDIT_H
#define HALL_AUDIT_H

#include "hall/change.h"

#define HALL_ACTOR_SYSTEM "system"
#define HALL_ACTOR_CITIZEN "citizen"

/* A row in the change's transaction. `detail` is made from `format`: `key=value` pairs between spaces. A
 * line feed or other control character in any field is written as a space. */
void hall_audit_append(struct change *change, const char *actor, const char *action,
                       const char *object, const char *format, ...) G_GNUC_PRINTF(5, 6);
void hall_audit_append_va(struct change *change, const char *actor, const char *action,
                          const char *object, const char *format, va_list args) G_GNUC_PRINTF(5, 0);

/* "staff:3003" into a buffer of HALL_ACTOR_BYTES. */
enum { HALL_ACTOR_BYTES = 32 };
const char *hall_audit_staff(const char *staff_no, char ret_actor[HALL_ACTOR_BYTES]);

/* Free text as one word of a detail: what is neither a letter, a digit nor beyond ASCII becomes %XX. The
 * caller g_free()s it. */
char *hall_audit_word(const char *text);

/* Reads the whole trail and follows the chain. `ret_head` is where to go on; `ret_broken_seq` is the first row
 * that is missing or does not fit, 0: the chain is whole. 0 or a negative errno. */
int hall_audit_verify(struct hall_store *store, struct audit_head *ret_head,
                      int64_t *ret_broken_seq);

#endif
