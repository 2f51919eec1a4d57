#include "signaling/wire/outbox.h"

#include <errno.h>

static void message_destroy(void *data)
{
    struct sig_outbox_message *message = data;
    g_bytes_unref(message->text);
    g_free(message);
}

void sig_outbox_init(struct sig_outbox *outbox)
{
    g_queue_init(&outbox->messages);
    outbox->bytes = 0;
}

void sig_outbox_finish(struct sig_outbox *outbox)
{
    g_queue_clear_full(&outbox->messages, message_destroy);
    outbox->bytes = 0;
}

static void statistics_drop(struct sig_outbox *outbox)
{
    for (GList *link = outbox->messages.head, *next; link; link = next) {
        struct sig_outbox_message *message = link->data;
        next = link->next;
        if (!message->statistic)
            continue;
        outbox->bytes -= g_bytes_get_size(message->text);
        message_destroy(message);
        g_queue_delete_link(&outbox->messages, link);
    }
}

int sig_outbox_put(struct sig_outbox *outbox, GBytes *text, bool statistic)
{
    size_t len = g_bytes_get_size(text);
    if (outbox->bytes + len > SIG_OUTBOX_BYTES) {
        statistics_drop(outbox);
        if (statistic)
            return 0;
        if (outbox->bytes + len > SIG_OUTBOX_BYTES)
            return -ENOBUFS;
    }
    struct sig_outbox_message *message = g_new(struct sig_outbox_message, 1);
    *message = (struct sig_outbox_message){g_bytes_ref(text), statistic};
    g_queue_push_tail(&outbox->messages, message);
    outbox->bytes += len;
    return 0;
}

GBytes *sig_outbox_take(struct sig_outbox *outbox)
{
    struct sig_outbox_message *message = g_queue_pop_head(&outbox->messages);
    if (!message)
        return NULL;
    GBytes *text = message->text;
    outbox->bytes -= g_bytes_get_size(text);
    g_free(message);
    return text;
}

bool sig_outbox_is_empty(const struct sig_outbox *outbox)
{
    return g_queue_is_empty((GQueue *)&outbox->messages);
}
