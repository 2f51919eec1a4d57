#include "recorder/journal/pcapng_read.h"
#include "recorder/journal/pcapng_write.h"

#include "tests/harness/child.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#define NOW_US INT64_C(1700000000123456)
#define TIMEOUT_US INT64_C(60000000)

static const uint8_t rtp[] = {0x80, 0x6f, 0x12, 0x34, 0,   0,   0,   1,  0,
                              0,    0,    2,    'v',  'o', 'i', 'c', 'e'};

static void put_packet(struct bytes_writer *w, bool rtcp, size_t len)
{
    rec_pcapng_put_packet(w, &(struct rec_pcapng_packet){.wall_us = NOW_US,
                                                         .tag = 0xabcdef,
                                                         .section = 3,
                                                         .rtcp = rtcp,
                                                         .data = rtp,
                                                         .len = len});
}

static int put_event(struct bytes_writer *w, const char *type, const struct rec_field *fields,
                     size_t count)
{
    return rec_pcapng_put_event(
        w,
        &(struct rec_pcapng_event){
            .wall_us = NOW_US, .monotonic_us = 77, .type = type, .fields = fields, .count = count});
}

static const struct rec_field fields[] = {
    {"PARTICIPANT", "p1"}, {"TEXT", "two\nlines = 两行\n"}, {"EMPTY", ""}};

/* A small journal: preamble, event, packets of every length modulo 4, event. */
static size_t make_segment(uint8_t *buffer, size_t size)
{
    struct bytes_writer w = bytes_writer(buffer, size);
    rec_pcapng_put_preamble(&w);
    g_assert_cmpint(put_event(&w, "chat.message", fields, G_N_ELEMENTS(fields)), ==, 0);
    for (size_t len = sizeof rtp - 4; len < sizeof rtp; len++)
        put_packet(&w, false, len);
    put_packet(&w, true, 12);
    g_assert_cmpint(put_event(&w, "journal.end", NULL, 0), ==, 0);
    g_assert_false(w.bad);
    return w.at;
}

static void check_text(const struct rec_pcapng_entry *event, const char *name, const char *value)
{
    const struct rec_pcapng_field *field = rec_pcapng_field(event, name);
    g_assert_nonnull(field);
    g_assert_cmpmem(field->value, field->value_len, value, strlen(value));
}

static void test_round_trip(void)
{
    uint8_t data[4096];
    struct rec_pcapng_reader reader = rec_pcapng_reader(data, make_segment(data, sizeof data));
    struct rec_pcapng_block block;
    for (int i = 0; i < 2; i++) {
        g_assert_true(rec_pcapng_next(&reader, &block));
        g_assert_cmpint(block.kind, ==, REC_PCAPNG_OTHER);
    }
    g_assert_true(rec_pcapng_next(&reader, &block));
    g_assert_cmpint(block.kind, ==, REC_PCAPNG_EVENT);
    g_assert_true(rec_pcapng_is(&block.event, "chat.message"));
    g_assert_false(rec_pcapng_is(&block.event, "chat.messages"));
    g_assert_cmpint(block.event.wall_us, ==, NOW_US);
    g_assert_cmpint(block.event.monotonic_us, ==, 77);
    g_assert_cmpuint(block.event.field_count, ==, G_N_ELEMENTS(fields));
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        check_text(&block.event, fields[i].name, fields[i].value);
    g_assert_null(rec_pcapng_field(&block.event, "TEX"));
    for (size_t len = sizeof rtp - 4; len <= sizeof rtp; len++) {
        g_assert_true(rec_pcapng_next(&reader, &block));
        g_assert_cmpint(block.kind, ==, REC_PCAPNG_PACKET);
        g_assert_cmpint(block.packet.rtcp, ==, len == sizeof rtp);
        g_assert_cmpmem(block.packet.data, block.packet.len, rtp, len == sizeof rtp ? 12 : len);
        g_assert_cmpuint(block.packet.tag, ==, 0xabcdef);
        g_assert_cmpuint(block.packet.section, ==, 3);
        g_assert_cmpint(block.packet.wall_us, ==, NOW_US);
    }
    g_assert_true(rec_pcapng_next(&reader, &block));
    g_assert_true(rec_pcapng_is(&block.event, "journal.end"));
    g_assert_false(rec_pcapng_next(&reader, &block));
    g_assert_cmpuint(reader.at, ==, reader.len);
}

/* Wherever the file is cut: all whole blocks are read, no byte behind the cut is touched. */
static void test_torn_everywhere(void)
{
    uint8_t data[4096];
    size_t len = make_segment(data, sizeof data);
    for (size_t cut = 0; cut <= len; cut++) {
        uint8_t *copy = g_memdup2(data, cut ? cut : 1); /* the sanitizer watches its end */
        struct rec_pcapng_reader reader = rec_pcapng_reader(copy, cut);
        struct rec_pcapng_block block;
        size_t end = 0;
        while (rec_pcapng_next(&reader, &block)) {
            g_assert_cmpuint(block.offset, ==, end);
            end = block.offset + block.len;
        }
        g_assert_cmpuint(reader.at, ==, end);
        g_assert_cmpuint(cut - end, <, 200); /* never more than the last block */
        g_free(copy);
    }
}

/* A damaged length must not lead astray. */
static void test_damaged(void)
{
    uint8_t data[4096];
    size_t len = make_segment(data, sizeof data);
    for (size_t at = 0; at < len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            data[at] ^= (uint8_t)(1u << bit);
            struct rec_pcapng_reader reader = rec_pcapng_reader(data, len);
            struct rec_pcapng_block block;
            unsigned blocks = 0;
            while (rec_pcapng_next(&reader, &block))
                blocks++;
            g_assert_cmpuint(blocks, <=, 9);
            data[at] ^= (uint8_t)(1u << bit);
        }
    }
}

static void test_refused(void)
{
    uint8_t data[4096];
    struct bytes_writer w = bytes_writer(data, sizeof data);
    const struct rec_field bad_names[] = {
        {"", "x"},    {"9A", "x"}, {"A-B", "x"},
        {"__A", "x"}, {NULL, "x"}, {"A234567890123456789012345678901234", "x"}};
    for (size_t i = 0; i < G_N_ELEMENTS(bad_names); i++)
        g_assert_cmpint(put_event(&w, "mark", &bad_names[i], 1), ==, -EINVAL);
    const struct rec_field no_value = {"A", NULL};
    g_assert_cmpint(put_event(&w, "mark", &no_value, 1), ==, -EINVAL);
    g_assert_cmpint(put_event(&w, "", NULL, 0), ==, -EINVAL);
    g_autofree char *large = g_strnfill(REC_EVENT_MAX_BYTES, 'x');
    const struct rec_field too_much = {"A", large};
    g_assert_cmpint(put_event(&w, "mark", &too_much, 1), ==, -EMSGSIZE);
    g_assert_cmpuint(w.at, ==, 0);

    struct bytes_writer small = bytes_writer(data, 40);
    put_packet(&small, false, sizeof rtp);
    g_assert_true(small.bad);
    g_assert_cmpuint(small.at, ==, 0);
}

/* What is no UTF-8 is kept as well as can be, and stays readable. */
static void test_bad_text(void)
{
    uint8_t data[4096];
    struct bytes_writer w = bytes_writer(data, sizeof data);
    rec_pcapng_put_preamble(&w);
    const struct rec_field field = {"TEXT", "a\xff\xfe"
                                            "b"};
    g_assert_cmpint(put_event(&w, "mark", &field, 1), ==, 0);
    struct rec_pcapng_reader reader = rec_pcapng_reader(data, w.at);
    struct rec_pcapng_block block = {0};
    while (rec_pcapng_next(&reader, &block))
        continue;
    check_text(&block.event, "TEXT",
               "a\xef\xbf\xbd\xef\xbf\xbd"
               "b");
}

static void test_tshark(void)
{
    g_autofree char *tshark = g_find_program_in_path("tshark");
    if (!tshark) {
        g_test_skip("tshark is not installed");
        return;
    }
    uint8_t data[4096];
    size_t len = make_segment(data, sizeof data);
    g_autofree char *path = g_build_filename(temp_dir(), "0001.pcapng", NULL);
    file_write(path, data, len);
    const char *const argv[] = {"tshark",
                                "-r",
                                path,
                                "-T",
                                "fields",
                                "-E",
                                "separator=|",
                                "-d",
                                "udp.port==5004,rtp",
                                "-e",
                                "frame.time_epoch",
                                "-e",
                                "ip.src",
                                "-e",
                                "udp.srcport",
                                "-e",
                                "rtp.seq",
                                "-e",
                                "ip.checksum.status",
                                "-o",
                                "ip.check_checksum:TRUE",
                                NULL};
    g_autofree char *output = NULL;
    g_autofree char *errors = NULL;
    g_assert_cmpint(child_run(argv, TIMEOUT_US, &output, &errors), ==, 0);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(output), "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 7); /* events are records too */
    g_assert_cmpstr(lines[1], ==, "1700000000.123456000|10.171.205.239|5003|4660|1");
    g_assert_true(g_str_has_prefix(lines[0], "1700000000.123456000|"));
    g_assert_true(g_str_has_prefix(lines[6], "1700000000.123456000|"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recorder/pcapng/round_trip", test_round_trip);
    g_test_add_func("/recorder/pcapng/torn_everywhere", test_torn_everywhere);
    g_test_add_func("/recorder/pcapng/damaged", test_damaged);
    g_test_add_func("/recorder/pcapng/refused", test_refused);
    g_test_add_func("/recorder/pcapng/bad_text", test_bad_text);
    g_test_add_func("/recorder/pcapng/tshark", test_tshark);
    return g_test_run();
}
