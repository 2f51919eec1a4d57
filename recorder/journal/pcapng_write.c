#include "recorder/journal/pcapng_write.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>

enum {
    BLOCK_SECTION_HEADER = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    BLOCK_JOURNAL_EXPORT = 9,

    OPTION_END = 0,
    OPTION_SHB_USERAPPL = 4,
    OPTION_IF_NAME = 2,
    OPTION_IF_TSRESOL = 9,

    LINKTYPE_RAW = 101,
    SNAPLEN = 65535,

    BLOCK_FRAME_BYTES = 12, /* type, length, length again */
    PACKET_FIELDS_BYTES = 20,
    IP_HEADER_BYTES = 20,
    UDP_HEADER_BYTES = 8,

    PORT_RTP_FROM = 5000,
    PORT_RTCP_FROM = 6000,
    PORT_RTP_TO = 5004,
    PORT_RTCP_TO = 5005,
};

static void put_le16(struct bytes_writer *w, uint16_t v)
{
    bytes_put(w, (uint8_t[]){(uint8_t)v, (uint8_t)(v >> 8)}, 2);
}

static void put_le32(struct bytes_writer *w, uint32_t v)
{
    put_le16(w, (uint16_t)v);
    put_le16(w, (uint16_t)(v >> 16));
}

static void put_le64(struct bytes_writer *w, uint64_t v)
{
    put_le32(w, (uint32_t)v);
    put_le32(w, (uint32_t)(v >> 32));
}

static size_t padded(size_t len)
{
    return (len + 3) & ~(size_t)3;
}

static void put_padding(struct bytes_writer *w, size_t len)
{
    bytes_put(w, (uint8_t[3]){0}, padded(len) - len);
}

static void put_option(struct bytes_writer *w, uint16_t code, const void *value, uint16_t len)
{
    put_le16(w, code);
    put_le16(w, len);
    bytes_put(w, value, len);
    put_padding(w, len);
}

/* Whether a block with `body` bytes (padded) fits; if not the writer is bad and nothing is written. */
static bool begin_block(struct bytes_writer *w, uint32_t type, size_t body, uint32_t *ret_total)
{
    size_t total = body + BLOCK_FRAME_BYTES;
    if (w->bad || total > w->cap - w->at) {
        w->bad = true;
        return false;
    }
    *ret_total = (uint32_t)total;
    put_le32(w, type);
    put_le32(w, *ret_total);
    return true;
}

void rec_pcapng_put_preamble(struct bytes_writer *w)
{
    static const char application[] = "shipinban";
    static const char name[] = "media";
    const uint16_t application_len = sizeof application - 1;
    const uint16_t name_len = sizeof name - 1;
    size_t header_body = 16 + 4 + padded(application_len) + 4;
    size_t interface_body = 8 + 4 + padded(name_len) + 8 + 4;
    uint32_t total = 0;

    if (begin_block(w, BLOCK_SECTION_HEADER, header_body, &total)) {
        put_le32(w, 0x1a2b3c4d); /* byte-order magic */
        put_le16(w, 1);          /* version 1.0 */
        put_le16(w, 0);
        put_le64(w, UINT64_MAX); /* section length: not known while it grows */
        put_option(w, OPTION_SHB_USERAPPL, application, application_len);
        put_option(w, OPTION_END, NULL, 0);
        put_le32(w, total);
    }
    if (begin_block(w, BLOCK_INTERFACE, interface_body, &total)) {
        put_le16(w, LINKTYPE_RAW);
        put_le16(w, 0);
        put_le32(w, SNAPLEN);
        put_option(w, OPTION_IF_NAME, name, name_len);
        put_option(w, OPTION_IF_TSRESOL, (uint8_t[]){6}, 1);
        put_option(w, OPTION_END, NULL, 0);
        put_le32(w, total);
    }
}

/* RFC 1071 over a header whose checksum field is still zero. */
static uint16_t ip_checksum(const uint8_t header[IP_HEADER_BYTES])
{
    uint32_t sum = 0;
    for (size_t i = 0; i < IP_HEADER_BYTES; i += 2)
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* The envelope that lets any pcap reader take the packet for RTP over UDP over IPv4 (RFC 791, 768). */
static void put_envelope(struct bytes_writer *w, const struct rec_pcapng_packet *packet)
{
    uint8_t ip[IP_HEADER_BYTES] = {0};
    struct bytes_writer header = bytes_writer(ip, sizeof ip);
    bytes_put_u16(&header, 0x4500);
    bytes_put_u16(&header, (uint16_t)(IP_HEADER_BYTES + UDP_HEADER_BYTES + packet->len));
    bytes_put_u32(&header, 0x4000); /* no id, do not fragment */
    bytes_put_u16(&header, 0x4011); /* TTL 64, UDP */
    bytes_put_u16(&header, 0);      /* checksum, below */
    bytes_put_u32(&header, 0x0a000000 | (packet->tag & 0xffffff));
    bytes_put_u32(&header, 0x0a000000);
    uint16_t checksum = ip_checksum(ip);
    ip[10] = (uint8_t)(checksum >> 8);
    ip[11] = (uint8_t)checksum;

    unsigned from = (packet->rtcp ? PORT_RTCP_FROM : PORT_RTP_FROM) + packet->section;
    bytes_put(w, ip, sizeof ip);
    bytes_put_u16(w, (uint16_t)from);
    bytes_put_u16(w, packet->rtcp ? PORT_RTCP_TO : PORT_RTP_TO);
    bytes_put_u16(w, (uint16_t)(UDP_HEADER_BYTES + packet->len));
    bytes_put_u16(w, 0); /* no UDP checksum: allowed over IPv4 */
}

void rec_pcapng_put_packet(struct bytes_writer *w, const struct rec_pcapng_packet *packet)
{
    if (packet->len > REC_PACKET_MAX_BYTES || packet->section >= PORT_RTCP_FROM - PORT_RTP_FROM) {
        w->bad = true;
        return;
    }
    size_t captured = IP_HEADER_BYTES + UDP_HEADER_BYTES + packet->len;
    uint32_t total = 0;
    if (!begin_block(w, BLOCK_PACKET, PACKET_FIELDS_BYTES + padded(captured), &total))
        return;
    put_le32(w, 0); /* interface */
    put_le32(w, (uint32_t)((uint64_t)packet->wall_us >> 32));
    put_le32(w, (uint32_t)packet->wall_us);
    put_le32(w, (uint32_t)captured);
    put_le32(w, (uint32_t)captured);
    put_envelope(w, packet);
    bytes_put(w, packet->data, packet->len);
    put_padding(w, captured);
    put_le32(w, total);
}

static bool is_field_name(const char *name)
{
    size_t len = name ? strlen(name) : 0;
    if (len == 0 || len > REC_EVENT_NAME_MAX_CHARS || !g_ascii_isupper(name[0]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!g_ascii_isupper(name[i]) && !g_ascii_isdigit(name[i]) && name[i] != '_')
            return false;
    return true;
}

/* systemd's journal export format: NAME=value, or the name alone, a length and the bytes where the
 * value has a line break in it. */
static void append_field(GString *text, const char *name, const char *value)
{
    g_autofree char *valid = g_utf8_validate(value, -1, NULL) ? NULL : g_utf8_make_valid(value, -1);
    if (valid)
        value = valid;
    size_t len = strlen(value);
    g_string_append(text, name);
    if (memchr(value, '\n', len)) {
        uint64_t length_le = GUINT64_TO_LE((uint64_t)len);
        g_string_append_c(text, '\n');
        g_string_append_len(text, (const char *)&length_le, sizeof length_le);
    } else {
        g_string_append_c(text, '=');
    }
    g_string_append_len(text, value, (gssize)len);
    g_string_append_c(text, '\n');
}

static int append_fields(GString *text, const struct rec_pcapng_event *event)
{
    size_t bytes = 0;
    for (size_t i = 0; i < event->count; i++) {
        const struct rec_field *field = &event->fields[i];
        if (!is_field_name(field->name) || !field->value)
            return -EINVAL;
        bytes += strlen(field->name) + strlen(field->value);
        if (bytes > REC_EVENT_MAX_BYTES)
            return -EMSGSIZE;
        append_field(text, field->name, field->value);
    }
    return 0;
}

int rec_pcapng_put_event(struct bytes_writer *w, const struct rec_pcapng_event *event)
{
    if (!event->type || !*event->type || strlen(event->type) > REC_EVENT_NAME_MAX_CHARS ||
        event->count > REC_EVENT_MAX_FIELDS)
        return -EINVAL;

    g_autoptr(GString) text = g_string_sized_new(512);
    /* tshark takes no entry without a time. */
    g_string_append_printf(text, "__REALTIME_TIMESTAMP=%" PRId64 "\n", event->wall_us);
    g_string_append_printf(text, "__MONOTONIC_TIMESTAMP=%" PRId64 "\n", event->monotonic_us);
    append_field(text, "SHIPINBAN_EVENT", event->type);
    int r = append_fields(text, event);
    if (r < 0)
        return r;

    uint32_t total = 0;
    if (!begin_block(w, BLOCK_JOURNAL_EXPORT, padded(text->len), &total))
        return -EMSGSIZE;
    bytes_put(w, text->str, text->len);
    put_padding(w, text->len);
    put_le32(w, total);
    return 0;
}
