/* Pages that may resume after a restart. What pages say is written once a turn, so that many of them cost one
 * transaction. Hall thread, but where it is said. */
#ifndef HALL_PAGE_H
#define HALL_PAGE_H

#include "hall/request.h"

/* Whether the request is a page's news; it is then kept, and freed when it is written. */
bool hall_page_note(struct hall *hall, struct request *request);
/* Writes what was kept; what cannot be written now is tried at the next turn. */
void hall_pages_flush(struct hall *hall);

/* Before the thread starts: fills hall->pages, or (not `keep`) forgets those of the former run. 0 or a negative
 * errno. */
int hall_pages_load(struct hall *hall, bool keep);

#endif
