#include "signaling/wire/arrivals.h"

#include <glib.h>
#include <libwebsockets.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/wire/blocks.h"
#include "signaling/wire/forwarded.h"

enum { ADDRESS_SHARE = 4, KEPT_FREE_SHARE = 4, CROWDED_SHARE = 8 };

/* In the order of who gives way first. */
enum state { OWES_FIRST, KEPT, STATES_WITH_END, AT_WORK = STATES_WITH_END };

static const int patience_s[STATES_WITH_END] = {SIG_ARRIVALS_FIRST_S, SIG_ARRIVALS_NEXT_S};

struct arrival {
    struct lws *wsi;
    enum state state;
    int64_t until_us;
    bool is_cut;
    GList link; /* in the queue of its state */
    char address[SIG_BLOCK_BYTES];
};

struct sig_arrivals {
    const struct sig_proxies *proxies;
    unsigned max, leaving; /* leaving: cut, and not gone yet */
    int last_fd;           /* numbers beyond it are for journals, database and control */
    struct sig_blocks *blocks;
    GHashTable *all;                /* wsi -> struct arrival, owned */
    GQueue queues[STATES_WITH_END]; /* each in the order of until_us: its patience is one */
    guint timer;                    /* 0: nobody's time runs */
    uint64_t cuts[SIG_CUTS];
};

static const char *const cut_names[SIG_CUTS] = {
    [SIG_CUT_ADDRESS] = "address",         [SIG_CUT_FULL] = "full",
    [SIG_CUT_DESCRIPTORS] = "descriptors", [SIG_CUT_SILENT] = "silent",
    [SIG_CUT_CROWDED] = "crowded",
};

const char *sig_cut_name(enum sig_cut cut)
{
    return cut_names[cut];
}

struct sig_arrivals *sig_arrivals_create(const struct sig_proxies *proxies, unsigned max,
                                         unsigned descriptors)
{
    struct sig_arrivals *arrivals = g_new0(struct sig_arrivals, 1);
    arrivals->proxies = proxies;
    arrivals->max = max;
    arrivals->last_fd = (int)(descriptors - descriptors / KEPT_FREE_SHARE);
    arrivals->blocks = sig_blocks_create(MAX(max / ADDRESS_SHARE, 1));
    arrivals->all = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (int i = 0; i < STATES_WITH_END; i++)
        g_queue_init(&arrivals->queues[i]);
    return arrivals;
}

void sig_arrivals_destroy(struct sig_arrivals *arrivals)
{
    if (!arrivals)
        return;
    g_clear_handle_id(&arrivals->timer, g_source_remove);
    g_hash_table_unref(arrivals->all);
    sig_blocks_destroy(arrivals->blocks);
    g_free(arrivals);
}

static void cut_note(struct sig_arrivals *arrivals, enum sig_cut cut, const char *address)
{
    char network[LOG_NETWORK_BYTES];
    arrivals->cuts[cut]++;
    log_info("wire", "a connection of %s is cut: %s", log_network(address, network),
             cut_names[cut]);
}

/* lws ends it without a goodbye that would have to be waited for. It looks at timeouts when it has nothing else to do,
 * which a flood prevents; that a socket was shut down it sees with its next event. */
static void arrival_cut(struct sig_arrivals *arrivals, struct arrival *arrival, enum sig_cut cut)
{
    if (arrival->state == OWES_FIRST || cut == SIG_CUT_CROWDED)
        cut_note(arrivals, cut, arrival->address);
    g_queue_unlink(&arrivals->queues[arrival->state], &arrival->link);
    arrival->state = AT_WORK;
    arrival->is_cut = true;
    arrivals->leaving++;
    lws_set_timeout(arrival->wsi, PENDING_TIMEOUT_HOLDING_AH, LWS_TO_KILL_ASYNC);
    shutdown(lws_get_socket_fd(arrival->wsi), SHUT_RDWR);
}

static void oldest_give_way(struct sig_arrivals *arrivals)
{
    for (int i = 0; i < STATES_WITH_END; i++)
        if (arrivals->queues[i].head) {
            arrival_cut(arrivals, arrivals->queues[i].head->data, SIG_CUT_CROWDED);
            return;
        }
}

static gboolean time_look(gpointer user)
{
    struct sig_arrivals *arrivals = user;
    int64_t now_us = clock_now_us();
    bool is_waited = false;
    for (int i = 0; i < STATES_WITH_END; i++) {
        GQueue *queue = &arrivals->queues[i];
        while (queue->head && ((struct arrival *)queue->head->data)->until_us <= now_us)
            arrival_cut(arrivals, queue->head->data, SIG_CUT_SILENT);
        is_waited |= queue->head != NULL;
    }
    if (!is_waited)
        arrivals->timer = 0;
    return is_waited ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void state_set(struct sig_arrivals *arrivals, struct arrival *arrival, enum state state)
{
    if (arrival->is_cut)
        return;
    if (arrival->state != AT_WORK)
        g_queue_unlink(&arrivals->queues[arrival->state], &arrival->link);
    arrival->state = state;
    if (state == AT_WORK)
        return;
    arrival->until_us = clock_now_us() + patience_s[state] * (int64_t)G_USEC_PER_SEC;
    g_queue_push_tail_link(&arrivals->queues[state], &arrival->link);
    if (!arrivals->timer)
        arrivals->timer = g_timeout_add_seconds(1, time_look, arrivals);
}

static bool is_crowded(const struct sig_arrivals *arrivals, unsigned there, unsigned max)
{
    return there >= arrivals->leaving + max - max / CROWDED_SHARE;
}

bool sig_arrivals_admit(struct sig_arrivals *arrivals, int fd)
{
    char address[SIG_BLOCK_BYTES] = "";
    enum sig_cut cut = SIG_CUTS;
    unsigned count = g_hash_table_size(arrivals->all);
    lws_get_peer_simple_fd(fd, address, sizeof address);
    /* The system gives the lowest free number: this one tells how many are open. */
    if (is_crowded(arrivals, count, arrivals->max) ||
        is_crowded(arrivals, (unsigned)fd, (unsigned)arrivals->last_fd))
        oldest_give_way(arrivals);
    if (fd >= arrivals->last_fd)
        cut = SIG_CUT_DESCRIPTORS;
    else if (count >= arrivals->max)
        cut = SIG_CUT_FULL;
    else if (!sig_blocks_have_room(arrivals->blocks, address) &&
             !sig_proxies_trust(arrivals->proxies, address))
        cut = SIG_CUT_ADDRESS;
    if (cut < SIG_CUTS)
        cut_note(arrivals, cut, address);
    return cut == SIG_CUTS;
}

void sig_arrivals_enter(struct sig_arrivals *arrivals, struct lws *wsi)
{
    struct arrival *arrival = g_new0(struct arrival, 1);
    arrival->wsi = wsi;
    arrival->link.data = arrival;
    arrival->state = AT_WORK;
    lws_get_peer_simple_fd(lws_get_socket_fd(wsi), arrival->address, sizeof arrival->address);
    sig_blocks_enter(arrivals->blocks, arrival->address);
    g_hash_table_insert(arrivals->all, wsi, arrival);
    state_set(arrivals, arrival, OWES_FIRST);
}

static void state_change(struct sig_arrivals *arrivals, struct lws *wsi, enum state state)
{
    struct arrival *arrival = g_hash_table_lookup(arrivals->all, wsi);
    if (arrival)
        state_set(arrivals, arrival, state);
}

void sig_arrivals_work(struct sig_arrivals *arrivals, struct lws *wsi)
{
    state_change(arrivals, wsi, AT_WORK);
}

void sig_arrivals_rest(struct sig_arrivals *arrivals, struct lws *wsi)
{
    state_change(arrivals, wsi, KEPT);
}

void sig_arrivals_leave(struct sig_arrivals *arrivals, struct lws *wsi)
{
    struct arrival *arrival = g_hash_table_lookup(arrivals->all, wsi);
    if (!arrival)
        return;
    /* lws has a patience of its own, which may end a moment before ours. */
    if (arrival->state == OWES_FIRST && clock_now_us() + G_USEC_PER_SEC >= arrival->until_us)
        cut_note(arrivals, SIG_CUT_SILENT, arrival->address);
    state_set(arrivals, arrival, AT_WORK);
    arrivals->leaving -= arrival->is_cut;
    sig_blocks_leave(arrivals->blocks, arrival->address);
    g_hash_table_remove(arrivals->all, wsi);
}

unsigned sig_arrivals_count(const struct sig_arrivals *arrivals)
{
    return g_hash_table_size(arrivals->all);
}

void sig_arrivals_cuts(const struct sig_arrivals *arrivals, uint64_t ret_cuts[SIG_CUTS])
{
    memcpy(ret_cuts, arrivals->cuts, sizeof arrivals->cuts);
}
