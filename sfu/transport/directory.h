/* Who is behind a datagram: two fixed-size hash tables of one worker, from tuple and from ICE ufrag to
 * the owner (a peer). All memory is taken at creation. Worker thread only. */
#ifndef SFU_TRANSPORT_DIRECTORY_H
#define SFU_TRANSPORT_DIRECTORY_H

#include "sfu/sfu.h"
#include "sfu/transport/address.h"

struct directory;

/* Room for `max_owners` owners with DIRECTORY_TUPLES tuples and DIRECTORY_UFRAGS ufrags each. 0 or
 * -ENOMEM. */
enum { DIRECTORY_TUPLES = 10, DIRECTORY_UFRAGS = 2 };
int directory_create(unsigned max_owners, struct directory **ret_directory);
void directory_destroy(struct directory *directory);

/* The owner is borrowed: it removes itself before it goes. -EEXIST: another (or the same) owner has
 * the key, nothing is changed. -ENOSPC: full. */
int directory_add_tuple(struct directory *directory, const struct tuple *tuple, void *owner);
void directory_remove_tuple(struct directory *directory, const struct tuple *tuple);
void *directory_find_tuple(const struct directory *directory, const struct tuple *tuple);

/* `ufrag`: SFU_UFRAG_BYTES - 1 characters; need not be terminated. */
int directory_add_ufrag(struct directory *directory, const char *ufrag, void *owner);
void directory_remove_ufrag(struct directory *directory, const char *ufrag);
void *directory_find_ufrag(const struct directory *directory, const char *ufrag);

#endif
