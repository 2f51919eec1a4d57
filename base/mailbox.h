/* A bounded mailbox: many posting threads, one taking thread, items of one fixed size, copied in and
 * out. It carries commands between threads; it is not on the per-packet path. The taker waits on
 * mailbox_fd() (an eventfd, level-triggered) in whatever loop it runs. An item may hold a pointer to
 * heap memory: ownership of it passes with the item. */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

struct mailbox;

/* Any thread. Returns 0, -ENOMEM, -EINVAL (zero sizes) or the negative errno of eventfd(). The caller
 * owns the mailbox. */
int mailbox_create(size_t item_bytes, size_t capacity, struct mailbox **ret_mailbox);

/* After the last post and take. Items still inside are not looked at: take them first where they own
 * memory. NULL is fine. */
void mailbox_destroy(struct mailbox *mailbox);

/* Any thread. Copies `item` in and wakes the taker. -ENOSPC when full: nothing was posted, whatever
 * the item owns is still the caller's. */
int mailbox_post(struct mailbox *mailbox, const void *item);

/* The taking thread. Copies the oldest item out; false when empty (the fd then stops being readable). */
bool mailbox_take(struct mailbox *mailbox, void *ret_item);

/* The eventfd, readable while an item may be there. The mailbox owns it. */
int mailbox_fd(const struct mailbox *mailbox);

#endif
