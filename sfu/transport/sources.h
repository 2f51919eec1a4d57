/* How much each source address may ask for: token buckets in a fixed table, found by a keyed hash of the
 * address (of IPv6 the first 64 bits, which one household or attacker has whole). Two sources may share a
 * bucket; nobody can choose with whom. Nothing is kept of the addresses. Worker thread only. */
#ifndef SFU_TRANSPORT_SOURCES_H
#define SFU_TRANSPORT_SOURCES_H

#include "sfu/transport/address.h"

#include "base/bucket.h"

enum { SOURCES = 4096 };

struct sources;

/* Every bucket gives `per_second`, with that burst. 0 or -ENOMEM. */
int sources_create(unsigned per_second, unsigned burst, struct sources **ret_sources);
void sources_destroy(struct sources *sources);

/* The bucket of an address; the table keeps it. Never NULL. */
struct bucket *sources_find(struct sources *sources, const struct address *address);

#endif
