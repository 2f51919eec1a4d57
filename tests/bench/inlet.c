#include "tests/bench/leg.h"

#include "sfu/rtp/packet.h"
#include "sfu/rtp/vp8.h"
#include "tests/bench/stamp.h"

#include <glib.h>
#include <string.h>

enum {
    NACK_AFTER_NS = 10000000,
    VOICE_STAMP_AT = 1,
    PICTURE_STAMP_AT = 10,
};

/* The stream a payload type belongs to; NULL: none of ours. */
static struct inlet *inlet_of(struct leg *leg, uint8_t pt, bool *ret_repair)
{
    for (unsigned i = 0; i < LEG_KINDS; i++) {
        struct inlet *inlet = &leg->inlets[i];
        *ret_repair = inlet->media.rtx_pt && pt == inlet->media.rtx_pt;
        if (*ret_repair || (inlet->media.pt && pt == inlet->media.pt))
            return inlet;
    }
    return NULL;
}

static void missing_remove(struct inlet *inlet, int64_t seq)
{
    for (unsigned i = 0; i < inlet->missing_count; i++)
        if (inlet->missing[i].seq == seq) {
            inlet->missing_count--;
            memmove(&inlet->missing[i], &inlet->missing[i + 1],
                    (inlet->missing_count - i) * sizeof inlet->missing[0]);
            return;
        }
}

/* Everything between the highest before and `seq` is missing; a hole too large for repairs wants a key
 * frame instead. */
static void missing_add(struct inlet *inlet, int64_t seq)
{
    int64_t now_ns = leg_now_ns();
    if (seq - inlet->highest > LEG_MISSING / 2)
        inlet->keyframe_needed = true;
    else
        for (int64_t i = inlet->highest + 1; i < seq; i++)
            if (inlet->missing_count < LEG_MISSING)
                inlet->missing[inlet->missing_count++] =
                    (struct leg_missing){.seq = i, .ask_ns = now_ns + NACK_AFTER_NS};
}

/* False: this number was here before. */
static bool number_note(struct inlet *inlet, uint32_t number)
{
    int32_t ahead = (int32_t)(number - inlet->number_highest);
    if (!inlet->started || ahead > 0) {
        int32_t fresh = !inlet->started || ahead > LEG_NUMBERS ? LEG_NUMBERS : ahead;
        for (int32_t i = 0; i < fresh; i++) {
            uint32_t old = (number - (uint32_t)i) % LEG_NUMBERS;
            inlet->numbers[old / 64] &= ~(1ULL << old % 64);
        }
        inlet->number_highest = number;
    } else if (ahead <= -LEG_NUMBERS) {
        return false;
    }
    uint64_t bit = 1ULL << number % 64, *word = &inlet->numbers[number % LEG_NUMBERS / 64];
    bool fresh = !(*word & bit);
    *word |= bit;
    return fresh;
}

/* The payload itself: from the right sender, whole, and for the first time. */
static void body_take(struct leg *leg, struct inlet *inlet, const uint8_t *payload, size_t len,
                      bool repair, int64_t arrival_ns)
{
    unsigned kind = (unsigned)(inlet - leg->inlets);
    struct vp8_descriptor descriptor;
    struct stamp stamp;
    size_t skip = 0;
    if (kind == SFU_VIDEO) {
        if (vp8_parse(payload, len, &descriptor) < 0) {
            leg->meter->malformed++;
            return;
        }
        skip = descriptor.len;
    }
    if (!stamp_open(payload + skip, len - skip, kind ? PICTURE_STAMP_AT : VOICE_STAMP_AT, &stamp)) {
        leg->meter->corrupt++;
        return;
    }
    if (stamp.session != leg->session || stamp.side == leg->side || stamp.stream != kind) {
        leg->meter->strangers++;
        return;
    }
    if (!number_note(inlet, stamp.number)) {
        leg->meter->duplicates++;
        return;
    }
    if (!leg->first_video_ns && kind == SFU_VIDEO)
        leg->first_video_ns = arrival_ns;
    if (!meter_covers(leg->meter, stamp.sent_ns))
        return;
    leg->meter->received++;
    leg->meter->received_bytes += len;
    if (!repair)
        histogram_note(&leg->meter->latency, (arrival_ns - stamp.sent_ns) / 1000);
}

static void sequence_take(struct leg *leg, struct inlet *inlet, const struct rtp_packet *packet,
                          uint16_t seq, bool repair, int64_t arrival_ns)
{
    bool video = inlet == &leg->inlets[SFU_VIDEO];
    int64_t extended = 0;
    if (!repair)
        inlet->ssrc = packet->ssrc;
    enum reception_verdict verdict = reception_note(&inlet->reception, seq, repair, &extended);
    if (!repair)
        reception_jitter_note(&inlet->reception, packet->timestamp, arrival_ns / 1000,
                              video ? 90000 : 48000);
    if (verdict == RECEPTION_NEW || verdict == RECEPTION_RESTART) {
        if (video && inlet->started && extended > inlet->highest + 1)
            missing_add(inlet, extended);
        inlet->highest = extended;
    } else if (verdict == RECEPTION_LATE) {
        missing_remove(inlet, extended);
        leg->meter->repaired += repair;
        leg->meter->reordered += !repair;
    }
}

void inlet_take(struct leg *leg, uint8_t *rtp, size_t len, int64_t arrival_ns)
{
    struct rtp_packet packet;
    bool repair;
    uint8_t element_len;
    if (rtp_packet_parse(rtp, len, &packet) < 0) {
        leg->meter->malformed++;
        return;
    }
    struct inlet *inlet = inlet_of(leg, packet.pt, &repair);
    if (!inlet)
        return;
    const uint8_t *element =
        rtp_packet_element(&packet, inlet->media.transport_cc_id, &element_len);
    if (element && element_len == 2)
        transport_cc_arrived(&leg->arrivals, (uint16_t)(element[0] << 8 | element[1]),
                             arrival_ns / 1000);
    const uint8_t *payload = rtp + packet.payload_at;
    size_t payload_len = packet.payload_len;
    uint16_t seq = packet.seq;
    if (repair && payload_len > 2) {
        seq = (uint16_t)(payload[0] << 8 | payload[1]);
        payload += 2;
        payload_len -= 2;
    } else if (repair || !payload_len) {
        return; /* padding: a probe */
    }
    sequence_take(leg, inlet, &packet, seq, repair, arrival_ns);
    body_take(leg, inlet, payload, payload_len, repair, arrival_ns);
    inlet->started = true;
}
