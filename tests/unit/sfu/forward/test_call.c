/* Forwarding through the whole sfu: real keys and sockets on both sides. */
#include <glib.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "sfu/rtp/packet.h"
#include "sfu/rtp/rtcp.h"
#include "tests/harness/peer.h"

enum { WAIT_US = 5000000, PT_A = 96, RTX_A = 97, PT_B = 120, RTX_B = 124, TRANSPORT_CC_ID = 3 };
enum { SSRC_A = 0xa1, SSRC_A_RTX = 0xa9, SLOT_B = 0xb2, SLOT_B_RTX = 0xb9 };

struct call {
    struct sfu *sfu;
    sfu_room_id room;
    struct far_peer *a, *b, *c;
    sfu_peer_id a_id, b_id, c_id;
    uint16_t seq, transport_seq;
};

static struct sfu_section section(uint8_t pt, uint8_t rtx_pt, uint32_t ssrc, uint32_t slot_ssrc)
{
    return (struct sfu_section){
        .mid = "0",
        .kind = SFU_VIDEO,
        .inbound = true,
        .outbound = true,
        .payload_count = 1,
        .payloads =
            {{.codec = SFU_CODEC_VP8, .pt = pt, .rtx_pt = rtx_pt, .nack = true, .pli = true}},
        .extensions = {.transport_cc = TRANSPORT_CC_ID},
        .ssrc = ssrc,
        .rtx_ssrc = ssrc + 8,
        .slot_ssrc = slot_ssrc,
        .slot_rtx_ssrc = slot_ssrc + 7,
    };
}

static void call_open(struct call *call, uint8_t rtx_pt_b)
{
    struct sfu_config config = {.listen = {"127.0.0.1"},
                                .workers = 1,
                                .max_rooms = 1,
                                .max_peers = 4,
                                .socket_buffer_bytes = 65536,
                                .media_timeout_ms = 5000,
                                .consent_timeout_ms = 30000};
    struct sfu_section a = section(PT_A, RTX_A, SSRC_A, 0xa2),
                       b = section(PT_B, rtx_pt_b, 0xb1, SLOT_B),
                       c = section(PT_A, RTX_A, 0xc1, 0xc2);
    *call = (struct call){.seq = 1000};
    g_assert_cmpint(sfu_create(&config, &call->sfu, NULL), ==, 0);
    g_assert_cmpint(sfu_room_open(call->sfu, &call->room), ==, 0);
    call->a = far_peer_create(NULL);
    call->b = far_peer_create(NULL);
    call->c = far_peer_create(NULL);
    call->a_id = far_peer_join(call->a, call->sfu, call->room, 1, &a, 1);
    call->b_id = far_peer_join(call->b, call->sfu, call->room, 2, &b, 1);
    call->c_id = far_peer_join(call->c, call->sfu, call->room, 3, &c, 1);
    g_assert_cmpint(sfu_slot_feed(call->sfu, call->b_id, 0, call->a_id, 0), ==, 0);
    far_expect_event(call->sfu, SFU_EVENT_SLOT, call->b_id);
}

static void call_close(struct call *call)
{
    far_peer_destroy(call->a);
    far_peer_destroy(call->b);
    far_peer_destroy(call->c);
    sfu_destroy(call->sfu);
}

/* A picture of one packet; `repair_of` not 0: as RTX. */
static void send_picture(struct call *call, struct far_peer *from, uint32_t ssrc, uint16_t seq,
                         bool key, bool repair)
{
    uint8_t out[128], hop[] = {(uint8_t)(call->transport_seq >> 8), (uint8_t)call->transport_seq};
    struct rtp_head head = {.timestamp = seq * 3000U,
                            .ssrc = repair ? ssrc + 8 : ssrc,
                            .seq = repair ? 7 : seq,
                            .pt = repair ? RTX_A : PT_A,
                            .marker = true};
    call->transport_seq++;
    rtp_head_add(&head, TRANSPORT_CC_ID, hop, 2);
    struct bytes_writer w = bytes_writer(out, sizeof out);
    w.at = rtp_head_write(&head, out, sizeof out);
    if (repair)
        bytes_put_u16(&w, seq);
    bytes_put_u16(&w, 0x9080); /* X S, I */
    bytes_put_u16(&w, (uint16_t)(0x8000 | (seq & 0x7fff)));
    bytes_put_u8(&w, key ? 0 : 1);
    bytes_put_u16(&w, seq); /* what it is known by at the other end */
    far_peer_send_rtp(from, out, w.at);
}

static uint16_t content(const struct far_packet *packet)
{
    return (uint16_t)(packet->data[packet->len - 2] << 8 | packet->data[packet->len - 1]);
}

static struct rtp_packet expect_picture(struct call *call, uint32_t ssrc, uint8_t pt, uint16_t what)
{
    static struct far_packet packet;
    struct rtp_packet rtp;
    g_assert_true(far_peer_receive_rtp(call->b, &packet, WAIT_US));
    g_assert_cmpint(rtp_packet_parse(packet.data, packet.len, &rtp), ==, 0);
    g_assert_cmphex(rtp.ssrc, ==, ssrc);
    g_assert_cmpuint(rtp.pt, ==, pt);
    g_assert_cmpuint(content(&packet), ==, what);
    return rtp;
}

/* The network loses the next datagram. */
static void lose(struct far_peer *peer)
{
    uint8_t datagram[2048];
    struct pollfd p = {.fd = far_peer_fd(peer), .events = POLLIN};
    g_assert_cmpint(poll(&p, 1, WAIT_US / 1000), ==, 1);
    g_assert_cmpint(recv(p.fd, datagram, sizeof datagram, 0), >, 0);
}

/* The next RTCP packet of this type and format that the peer gets; others are passed over. */
static struct rtcp_packet expect_rtcp(struct far_peer *peer, uint8_t type, uint8_t format)
{
    static struct far_packet packet;
    struct rtcp_packet found;
    for (;;) {
        g_assert_true(far_peer_receive(peer, &packet, WAIT_US));
        struct bytes_reader r = bytes_reader(packet.data, packet.len);
        while (packet.rtcp && rtcp_next(&r, &found)) {
            if (found.type == type && (type == RTCP_SR || found.count == format))
                return found;
        }
    }
}

static void send_nack(struct call *call, uint16_t seq)
{
    uint8_t buf[64];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    rtcp_write_nack(&w, 1, SLOT_B, &seq, 1);
    far_peer_send_rtcp(call->b, buf, w.at);
}

static void lost_on_the_way_down(uint8_t rtx_pt)
{
    struct call call;
    call_open(&call, rtx_pt);
    send_picture(&call, call.a, SSRC_A, 1000, true, false);
    uint16_t first = expect_picture(&call, SLOT_B, PT_B, 1000).seq;
    send_picture(&call, call.a, SSRC_A, 1001, false, false);
    lose(call.b);
    send_picture(&call, call.a, SSRC_A, 1002, false, false);
    g_assert_cmpuint(expect_picture(&call, SLOT_B, PT_B, 1002).seq, ==, (uint16_t)(first + 2));
    send_nack(&call, (uint16_t)(first + 1));
    if (rtx_pt)
        expect_picture(&call, SLOT_B_RTX, rtx_pt, 1001);
    else /* the same ciphertext: the receiver can open it, and nothing was encrypted twice */
        g_assert_cmpuint(expect_picture(&call, SLOT_B, PT_B, 1001).seq, ==, (uint16_t)(first + 1));
    call_close(&call);
}

static void test_resend_by_rtx(void)
{
    lost_on_the_way_down(RTX_B);
}

static void test_resend_of_ciphertext(void)
{
    lost_on_the_way_down(0);
}

static void test_lost_on_the_way_up(void)
{
    struct call call;
    uint16_t seq, bitmap;
    call_open(&call, RTX_B);
    send_picture(&call, call.a, SSRC_A, 1000, true, false);
    send_picture(&call, call.a, SSRC_A, 1002, false, false);
    uint16_t first = expect_picture(&call, SLOT_B, PT_B, 1000).seq;
    expect_picture(&call, SLOT_B, PT_B, 1002);
    struct rtcp_packet nack = expect_rtcp(call.a, RTCP_RTPFB, RTCP_RTPFB_NACK);
    g_assert_true(rtcp_read_nack(&nack, 0, &seq, &bitmap));
    g_assert_cmpuint(seq, ==, 1001);
    send_picture(&call, call.a, SSRC_A, 1001, false, true);
    g_assert_cmpuint(expect_picture(&call, SLOT_B, PT_B, 1001).seq, ==, (uint16_t)(first + 1));
    expect_rtcp(call.a, RTCP_RTPFB, RTCP_RTPFB_TRANSPORT_CC);
    expect_rtcp(call.a, RTCP_RR, 2); /* about the stream and its repairs */
    call_close(&call);
}

static void test_reports_and_key_frames(void)
{
    struct call call;
    uint8_t buf[128];
    call_open(&call, RTX_B);
    expect_rtcp(call.a, RTCP_PSFB, RTCP_PSFB_PLI); /* when the slot was fed */
    send_picture(&call, call.a, SSRC_A, 1000, true, false);
    struct rtp_packet picture = expect_picture(&call, SLOT_B, PT_B, 1000);
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    struct rtcp_sender_info info = {.ssrc = SSRC_A, .ntp = UINT64_C(1) << 40, .timestamp = 3000000};
    rtcp_write_sr(&w, &info, NULL, 0);
    far_peer_send_rtcp(call.a, buf, w.at);
    struct rtcp_packet report = expect_rtcp(call.b, RTCP_SR, 0);
    g_assert_true(rtcp_read_sender_info(&report, &info));
    g_assert_cmphex(info.ssrc, ==, SLOT_B);
    g_assert_cmpuint(info.timestamp, ==, picture.timestamp); /* of the same instant */
    w = bytes_writer(buf, sizeof buf);
    rtcp_write_pli(&w, 1, SLOT_B);
    far_peer_send_rtcp(call.b, buf, w.at);
    expect_rtcp(call.a, RTCP_PSFB, RTCP_PSFB_PLI);
    call_close(&call);
}

/* Receives until this picture comes; the numbers leave no hole. A switch back to a source whose key
 * frame is young begins with that one, which was seen before. */
static void expect_in_line(struct call *call, uint16_t what, uint16_t *io_next, unsigned *io_count)
{
    struct far_packet packet;
    do {
        g_assert_true(far_peer_receive_rtp(call->b, &packet, WAIT_US));
        uint16_t seq = (uint16_t)(packet.data[2] << 8 | packet.data[3]);
        if ((*io_count)++ > 0)
            g_assert_cmpuint(seq, ==, *io_next);
        *io_next = (uint16_t)(seq + 1);
    } while (content(&packet) != what);
}

/* Sources change again and again, with real keys: every packet can be opened, none is refused. */
static void test_switches(void)
{
    struct call call;
    struct sfu_counters counters;
    uint16_t next = 0;
    unsigned count = 0;
    call_open(&call, RTX_B);
    for (unsigned i = 0; i < 20; i++) {
        struct far_peer *from = i % 2 ? call.c : call.a;
        sfu_peer_id source = i % 2 ? call.c_id : call.a_id;
        g_assert_cmpint(sfu_slot_feed(call.sfu, call.b_id, 0, source, 0), ==, 0);
        for (unsigned k = 0; k < 3; k++) {
            uint16_t what = (uint16_t)(1000 + 3 * (i / 2) + k);
            send_picture(&call, from, i % 2 ? 0xc1 : SSRC_A, what, k == 0, false);
            expect_in_line(&call, what, &next, &count);
        }
    }
    sfu_counters_read(call.sfu, &counters);
    g_assert_cmpuint(count, >=, 60);
    g_assert_cmpuint(counters.forwarded, ==, count);
    g_assert_cmpuint(counters.drops[SFU_DROP_SEND_FAILED], ==, 0);
    call_close(&call);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/call/resend-by-rtx", test_resend_by_rtx);
    g_test_add_func("/forward/call/resend-of-ciphertext", test_resend_of_ciphertext);
    g_test_add_func("/forward/call/lost-on-the-way-up", test_lost_on_the_way_up);
    g_test_add_func("/forward/call/reports-and-key-frames", test_reports_and_key_frames);
    g_test_add_func("/forward/call/switches", test_switches);
    return g_test_run();
}
