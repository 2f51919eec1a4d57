#include "recorder/journal/pcapng_read.h"

#include "base/bytes.h"

#include <string.h>

enum {
    BLOCK_SECTION_HEADER = 0x0a0d0d0a,
    BLOCK_PACKET = 6,
    BLOCK_JOURNAL_EXPORT = 9,
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    BLOCK_MIN_BYTES = REC_BLOCK_HEAD_BYTES,
    PACKET_FIELDS_BYTES = 20,
    IP_HEADER_BYTES = 20,
    UDP_HEADER_BYTES = 8,
    PORT_RTP_FROM = 5000,
    PORT_RTCP_FROM = 6000,
    PORT_SECTIONS = 1000,
};

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t le64(const uint8_t *p)
{
    return le32(p) | (uint64_t)le32(p + 4) << 32;
}

/* ---- packets ---------------------------------------------------------------------------------------- */

/* The envelope of rec_pcapng_put_packet(). */
static bool read_envelope(const uint8_t *data, size_t len, struct rec_pcapng_rtp *ret_packet)
{
    struct bytes_reader r = bytes_reader(data, len);
    bool plain = bytes_u8(&r) == 0x45;
    bytes_skip(&r, 8);
    bool udp = bytes_u8(&r) == 17;
    bytes_skip(&r, 2);
    uint32_t source = bytes_u32(&r);
    bytes_skip(&r, 4);
    unsigned from = bytes_u16(&r);
    bytes_skip(&r, 2);
    size_t udp_len = bytes_u16(&r);
    bytes_skip(&r, 2);
    if (r.bad || !plain || !udp || source >> 24 != 10 ||
        udp_len != UDP_HEADER_BYTES + bytes_left(&r))
        return false;

    ret_packet->rtcp = from >= PORT_RTCP_FROM;
    unsigned base = ret_packet->rtcp ? PORT_RTCP_FROM : PORT_RTP_FROM;
    if (from < base || from - base >= PORT_SECTIONS)
        return false;
    ret_packet->section = from - base;
    ret_packet->tag = source & 0xffffff;
    ret_packet->len = bytes_left(&r);
    ret_packet->data = data + r.at;
    return true;
}

static bool read_packet(const uint8_t *body, size_t len, struct rec_pcapng_rtp *ret_packet)
{
    if (len < PACKET_FIELDS_BYTES)
        return false;
    size_t captured = le32(body + 12);
    if (captured > len - PACKET_FIELDS_BYTES)
        return false;
    uint64_t wall_us = (uint64_t)le32(body + 4) << 32 | le32(body + 8);
    if (wall_us > INT64_MAX)
        return false;
    ret_packet->wall_us = (int64_t)wall_us;
    return read_envelope(body + PACKET_FIELDS_BYTES, captured, ret_packet);
}

/* ---- events ------------------------------------------------------------------------------------------ */

/* NAME=value\n, or NAME\n, a little-endian 64-bit length, the value and \n. */
static bool read_field(struct bytes_reader *r, struct rec_pcapng_field *ret_field)
{
    const char *start = (const char *)r->data + r->at;
    const char *line_end = memchr(start, '\n', bytes_left(r));
    if (!line_end || line_end == start)
        return false;
    size_t line_len = (size_t)(line_end - start);
    const char *equals = memchr(start, '=', line_len);
    bytes_skip(r, line_len + 1);
    ret_field->name = start;
    if (equals) {
        ret_field->name_len = (size_t)(equals - start);
        ret_field->value = equals + 1;
        ret_field->value_len = (size_t)(line_end - equals - 1);
        return true;
    }
    const uint8_t *length = bytes_take(r, 8);
    if (!length || le64(length) > bytes_left(r))
        return false;
    ret_field->name_len = line_len;
    ret_field->value_len = (size_t)le64(length);
    ret_field->value = (const char *)bytes_take(r, ret_field->value_len);
    return bytes_u8(r) == '\n' && !r->bad;
}

static bool is_named(const struct rec_pcapng_field *field, const char *name)
{
    size_t len = strlen(name);
    return field->name_len == len && memcmp(field->name, name, len) == 0;
}

static bool parse_number(const struct rec_pcapng_field *field, int64_t *ret_number)
{
    size_t at = field->value_len > 0 && field->value[0] == '-';
    size_t digits = field->value_len - at;
    if (digits == 0 || digits > 18) /* 18 digits cannot overflow */
        return false;
    int64_t number = 0;
    for (size_t i = at; i < field->value_len; i++) {
        if (field->value[i] < '0' || field->value[i] > '9')
            return false;
        number = number * 10 + (field->value[i] - '0');
    }
    *ret_number = at ? -number : number;
    return true;
}

static bool read_event(const uint8_t *body, size_t len, struct rec_pcapng_entry *ret_entry)
{
    while (len > 0 && body[len - 1] == 0) /* padding to 32 bits */
        len--;
    struct bytes_reader r = bytes_reader(body, len);
    bool has_time = false;
    *ret_entry = (struct rec_pcapng_entry){0};
    while (bytes_left(&r) > 0) {
        struct rec_pcapng_field field;
        if (!read_field(&r, &field))
            break;
        if (is_named(&field, "__REALTIME_TIMESTAMP"))
            has_time = parse_number(&field, &ret_entry->wall_us);
        else if (is_named(&field, "__MONOTONIC_TIMESTAMP"))
            (void)parse_number(&field, &ret_entry->monotonic_us);
        else if (is_named(&field, "SHIPINBAN_EVENT"))
            ret_entry->type = field;
        else if (ret_entry->field_count < REC_READ_MAX_FIELDS)
            ret_entry->fields[ret_entry->field_count++] = field;
    }
    return has_time && ret_entry->type.name;
}

/* ---- blocks ------------------------------------------------------------------------------------------ */

size_t rec_pcapng_block_bytes(const uint8_t head[REC_BLOCK_HEAD_BYTES], uint64_t at, uint64_t left)
{
    size_t len = le32(head + 4);
    if (len < BLOCK_MIN_BYTES || len % 4 || len > left)
        return 0;
    uint32_t type = le32(head);
    if (at == 0 && type != BLOCK_SECTION_HEADER)
        return 0;
    if (type == BLOCK_SECTION_HEADER && (len < 28 || le32(head + 8) != BYTE_ORDER_MAGIC))
        return 0;
    return len;
}

/* Length of the whole block at `at`, or 0. */
static size_t block_len(const struct rec_pcapng_reader *reader)
{
    const uint8_t *block = reader->data + reader->at;
    size_t left = reader->len - reader->at;
    size_t len = left < BLOCK_MIN_BYTES ? 0 : rec_pcapng_block_bytes(block, reader->at, left);
    return len && le32(block + len - 4) == len ? len : 0;
}

bool rec_pcapng_next(struct rec_pcapng_reader *reader, struct rec_pcapng_block *ret_block)
{
    size_t len = block_len(reader);
    if (!len)
        return false;
    const uint8_t *block = reader->data + reader->at;
    const uint8_t *body = block + 8;
    ret_block->offset = reader->at;
    ret_block->len = len;
    ret_block->kind = REC_PCAPNG_OTHER;
    switch (le32(block)) {
    case BLOCK_PACKET:
        if (read_packet(body, len - BLOCK_MIN_BYTES, &ret_block->packet))
            ret_block->kind = REC_PCAPNG_PACKET;
        break;
    case BLOCK_JOURNAL_EXPORT:
        if (read_event(body, len - BLOCK_MIN_BYTES, &ret_block->event))
            ret_block->kind = REC_PCAPNG_EVENT;
        break;
    default: break;
    }
    reader->at += len;
    return true;
}

const struct rec_pcapng_field *rec_pcapng_field(const struct rec_pcapng_entry *entry,
                                                const char *name)
{
    for (size_t i = 0; i < entry->field_count; i++)
        if (is_named(&entry->fields[i], name))
            return &entry->fields[i];
    return NULL;
}

bool rec_pcapng_is(const struct rec_pcapng_entry *entry, const char *type)
{
    size_t len = strlen(type);
    return entry->type.value_len == len && memcmp(entry->type.value, type, len) == 0;
}

int64_t rec_pcapng_number(const struct rec_pcapng_entry *entry, const char *name, int64_t fallback)
{
    const struct rec_pcapng_field *field = rec_pcapng_field(entry, name);
    int64_t number = 0;
    return field && parse_number(field, &number) ? number : fallback;
}
