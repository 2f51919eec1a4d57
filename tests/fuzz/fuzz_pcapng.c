/* A journal segment that anything may have happened to. What is given out lies inside of the input; what
 * was read ends at a block; damage is never read past. Once as it is, and once with the lengths of blocks, packets and
 * options mended, so that what lies in them is reached. */
#include "recorder/journal/pcapng_read.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void check_inside(const uint8_t *data, size_t size, const void *at, size_t len)
{
    const uint8_t *p = at;
    assert(p >= data && len <= size && p <= data + size - len);
}

static void check_event(const uint8_t *data, size_t size, const struct rec_pcapng_entry *event)
{
    assert(event->field_count <= REC_READ_MAX_FIELDS);
    check_inside(data, size, event->type.value, event->type.value_len);
    for (size_t i = 0; i < event->field_count; i++) {
        const struct rec_pcapng_field *field = &event->fields[i];
        check_inside(data, size, field->name, field->name_len);
        check_inside(data, size, field->value, field->value_len);
    }
    (void)rec_pcapng_number(event, "LOST", 0);
    (void)rec_pcapng_is(event, "chain");
}

static void read_all(const uint8_t *data, size_t size)
{
    struct rec_pcapng_reader reader = rec_pcapng_reader(data, size);
    struct rec_pcapng_block block;
    size_t end = 0;
    while (rec_pcapng_next(&reader, &block)) {
        assert(block.offset == end && block.len >= 12);
        end += block.len;
        assert(reader.at == end && end <= size);
        if (block.kind == REC_PCAPNG_PACKET) {
            check_inside(data, size, block.packet.data, block.packet.len);
            assert(block.packet.tag <= 0xffffff && block.packet.section < 1000);
        } else if (block.kind == REC_PCAPNG_EVENT) {
            check_event(data, size, &block.event);
        }
    }
    assert(reader.at == end);
}

/* Both lengths of each block say the same, and no more than there is. */
static void repair(uint8_t *data, size_t size)
{
    for (size_t at = 0; at + 12 <= size;) {
        uint32_t len;
        memcpy(&len, data + at + 4, sizeof len);
        len = (len & 0xffff) / 4 * 4;
        if (len < 12 || len > size - at)
            len = (uint32_t)((size - at) / 4 * 4);
        memcpy(data + at + 4, &len, sizeof len);
        memcpy(data + at + len - 4, &len, sizeof len);
        at += len;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_all(data, size);
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, data, size);
    repair(copy, size);
    read_all(copy, size);
    free(copy);
    return 0;
}
