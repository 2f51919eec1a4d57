/* Redundant audio from anywhere: blocks lie inside the payload, one behind the other, and with another
 * payload type it reads the same. The recorder takes the same payload apart and finds the same. */
#include "recorder/mux/red.h"
#include "sfu/rtp/opus.h"
#include "sfu/rtp/red.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

enum { PT = 111, OTHER_PT = 109 };

static void look_inside(const uint8_t *data, size_t size, const struct red_payload *red)
{
    size_t at = (size_t)red->count * 4 + 1;
    for (unsigned i = 0; i < red->count; i++) {
        const struct red_block *block = &red->blocks[i];
        assert(block->at == at && block->len < 1024 && block->offset < 1 << 14);
        at += block->len;
        assert(opus_ticks(data + block->at, block->len) <= 5760);
    }
    assert(red->primary_at == at && red->primary_len > 0 && at + red->primary_len == size);
}

static void look_at_the_recorders(const uint8_t *data, size_t size, const struct red_payload *red)
{
    struct rec_rtp rtp = {.pt = 63, .seq = 5, .timestamp = 100000, .payload = data, .len = size};
    struct rec_red again;
    assert(rec_red_read(&rtp, PT, &again));
    assert(again.primary.payload == data + red->primary_at);
    assert(again.primary.len == red->primary_len && again.count <= red->count);
    for (unsigned i = 0; i < again.count; i++) {
        const struct red_block *block = &red->blocks[red->count - 1 - i];
        assert(again.repeated[i].payload == data + block->at);
        assert(again.repeated[i].len == block->len);
        assert(again.repeated[i].timestamp == 100000U - block->offset);
        assert(again.repeated[i].seq == (uint16_t)(4 - i));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct red_payload red, again;
    uint8_t copy[2048];
    struct rec_rtp rtp = {.payload = data, .len = size};
    struct rec_red recorded;
    if (size > sizeof copy)
        return 0;
    if (red_parse(data, size, PT, &red) < 0) {
        assert(!rec_red_read(&rtp, PT, &recorded));
        return 0;
    }
    look_inside(data, size, &red);
    look_at_the_recorders(data, size, &red);
    memcpy(copy, data, size);
    red_pt_set(copy, &red, OTHER_PT);
    assert(red_parse(copy, size, OTHER_PT, &again) == 0);
    assert(memcmp(&again, &red, sizeof red) == 0);
    return 0;
}
