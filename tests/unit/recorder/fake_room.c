#include "tests/unit/recorder/fake_room.h"

static const struct sfu_sink_ops *current_ops;
static void *current_sink;
static int room_token;

struct sfu *fake_sfu(void)
{
    return (struct sfu *)(void *)&room_token;
}

int sfu_room_set_sink(struct sfu *sfu, sfu_room_id room, const struct sfu_sink_ops *ops, void *sink)
{
    fake_room_close();
    current_ops = ops;
    current_sink = sink;
    return 0;
}

unsigned sfu_room_worker(const struct sfu *sfu, sfu_room_id room)
{
    return 0;
}

enum sfu_sink_wish fake_room_rtp(const struct sfu_sink_packet *packet)
{
    return current_ops ? current_ops->rtp(current_sink, packet) : SFU_SINK_CONTENT;
}

void fake_room_sender_report(const struct sfu_sink_packet *packet)
{
    if (current_ops)
        current_ops->sender_report(current_sink, packet);
}

void fake_room_close(void)
{
    if (current_ops)
        current_ops->closed(current_sink);
    current_ops = NULL;
    current_sink = NULL;
}
