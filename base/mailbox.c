#include "base/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A circular array under a mutex. The eventfd changes under the same mutex, so that it is readable
 * exactly while count > 0. A pthread mutex and not GMutex: ThreadSanitizer knows only the former. */
struct mailbox {
    pthread_mutex_t lock; /* everything below but the sizes and the fd */
    size_t oldest;
    size_t count;

    size_t item_bytes;
    size_t capacity;
    int fd;
    uint8_t *items; /* capacity * item_bytes */
};

int mailbox_create(size_t item_bytes, size_t capacity, struct mailbox **ret_mailbox)
{
    size_t items_bytes;
    if (!item_bytes || !capacity)
        return -EINVAL;
    if (__builtin_mul_overflow(item_bytes, capacity, &items_bytes))
        return -ENOMEM;

    struct mailbox *mailbox = calloc(1, sizeof *mailbox);
    if (!mailbox)
        return -ENOMEM;
    mailbox->items = malloc(items_bytes);
    if (!mailbox->items) {
        free(mailbox);
        return -ENOMEM;
    }
    mailbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (mailbox->fd < 0) {
        int r = -errno;
        free(mailbox->items);
        free(mailbox);
        return r;
    }
    pthread_mutex_init(&mailbox->lock, NULL);
    mailbox->item_bytes = item_bytes;
    mailbox->capacity = capacity;
    *ret_mailbox = mailbox;
    return 0;
}

void mailbox_destroy(struct mailbox *mailbox)
{
    if (!mailbox)
        return;
    close(mailbox->fd);
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox->items);
    free(mailbox);
}

static uint8_t *item_at(struct mailbox *mailbox, size_t nth)
{
    return mailbox->items + (mailbox->oldest + nth) % mailbox->capacity * mailbox->item_bytes;
}

int mailbox_post(struct mailbox *mailbox, const void *item)
{
    int r = 0;
    pthread_mutex_lock(&mailbox->lock);
    if (mailbox->count == mailbox->capacity) {
        r = -ENOSPC;
    } else {
        memcpy(item_at(mailbox, mailbox->count), item, mailbox->item_bytes);
        if (mailbox->count++ == 0)
            eventfd_write(mailbox->fd, 1); /* 0 -> 1: cannot overflow, so cannot fail */
    }
    pthread_mutex_unlock(&mailbox->lock);
    return r;
}

bool mailbox_take(struct mailbox *mailbox, void *ret_item)
{
    pthread_mutex_lock(&mailbox->lock);
    bool taken = mailbox->count > 0;
    if (taken) {
        memcpy(ret_item, item_at(mailbox, 0), mailbox->item_bytes);
        mailbox->oldest = (mailbox->oldest + 1) % mailbox->capacity;
        if (--mailbox->count == 0) {
            eventfd_t ignored;
            eventfd_read(mailbox->fd, &ignored); /* it is 1 here: cannot block, so cannot fail */
        }
    }
    pthread_mutex_unlock(&mailbox->lock);
    return taken;
}

int mailbox_fd(const struct mailbox *mailbox)
{
    return mailbox->fd;
}
