"""Hostile packets at a daemon with a live call that does not notice. FLOOD_PACKETS in the environment: how many in all."""
import os
import sys

from lib import tap
from lib.call import call, enter, until
from lib.daemon import Daemon
from lib.flood import Flood
from lib.media import Media
from lib.page import citizen, clerk

PACKETS = int(os.environ.get('FLOOD_PACKETS', '500000'))
# Kind of packet, its share of a hundred, and the names under which each of them may be found; None: it is no fault in itself.
STUN = {'stun_malformed', 'stun_integrity', 'stun_unknown_ufrag', 'stun_rate', 'too_short'}
FORGED = {'srtp_auth', 'srtp_replay', 'rtp_malformed', 'rtcp_malformed', 'too_many_ssrcs', 'too_short', 'rtp_rate', 'rtcp_rate'}
KINDS = [
    ('random', 15, STUN | {'not_media', 'unknown_tuple', 'too_long'}),
    ('stun', 10, STUN),
    ('dtls', 10, {'unknown_tuple', 'stun_rate'}),
    ('srtp', 10, {'unknown_tuple', 'srtp_auth'}),
    ('srtcp', 5, {'unknown_tuple'}),
    ('tuples', 2, {'too_many_tuples', 'stun_rate'}),
    ('forged-rtp', 10, FORGED),
    ('forged-rtcp', 8, FORGED),
    ('lying-records', 3, {'dtls_malformed', 'dtls_late'}),
    ('records', 2, None),
    ('extensions', 5, None),
    ('ssrcs', 5, {'unknown_ssrc', 'too_many_ssrcs', 'unknown_payload', 'rtp_malformed', 'rtp_rate'}),
    ('rtcp', 5, {'rtcp_malformed', 'rtcp_rate'}),
    ('rtcp-deep', 5, None),
    ('nacks', 3, None),
    ('plis', 2, None),
]
ADMITTED, CROWD = 8, 512  # of so many addresses that check in turn, these are paths: they may check again
GROWTH_KIB = 48 * 1024
LINES = 2000


class Watch:
    """The daemon's own figures."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.process = f'/proc/{daemon.child.pid}'

    def counters(self):
        health = self.daemon.json('GET', '/healthz')
        return health['packets'], health['drops']

    def resident_kib(self):
        with open(f'{self.process}/status', encoding='ascii') as status:
            return next(int(line.split()[1]) for line in status if line.startswith('VmRSS:'))

    def descriptors(self):
        """What each open one is."""
        held = []
        for number in os.listdir(f'{self.process}/fd'):
            try:
                held.append(os.readlink(f'{self.process}/fd/{number}'))
            except FileNotFoundError:
                pass  # closed in between
        return sorted(held)

    def lines(self):
        return self.daemon.log().count('\n')


def grown(after, before):
    return {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}


def flood(watch, hostile, kind, count, names):
    """Sends, and finds every packet again. Returns a line of the report."""
    packets, drops = watch.counters()
    sent, seconds = hostile.run(kind, count)
    arrived, dropped = watch.counters()
    found = grown(dropped, drops)
    came = arrived['in'] - packets['in']
    assert came >= sent, f'{kind}: {sent} sent, {came} came; {found}'
    if names is not None:
        named = sum(found.get(name, 0) for name in names)
        admitted = ADMITTED * (sent // CROWD + 1) if kind == 'tuples' else 0
        assert named >= sent - admitted, f'{kind}: {sent} sent, {named} under a fitting name; {found}'
    return f'{kind}: {sent} in {seconds:.1f} s, {found}'


def test_live_call_does_not_notice():
    """hostile packets by the hundred thousand: a live call loses none, every one is counted by name, no memory, descriptor or log grows"""
    with Daemon({'server': {'log_level': 'info'}, 'recorder': {'segment_mib': '64'}}) as daemon, call(daemon) as live:
        person, desk, voice, answer, _ = live
        stranger, other = citizen(daemon), clerk(daemon, '3003')
        enter(daemon, stranger, other, 'BD01')
        with Flood(stranger, voice) as hostile, Media(other):
            until(lambda: daemon.json('GET', '/healthz')['peers'] == 4, 'four peers')
            watch = Watch(daemon)
            for kind, _, names in KINDS:  # each once, so that what is kept is there
                print('#', flood(watch, hostile, kind, 1000, names), flush=True)
            for media in (voice, answer):
                media.gaps()
            memory, descriptors, lines = watch.resident_kib(), watch.descriptors(), watch.lines()
            _, drops = watch.counters()
            for kind, share, names in KINDS:
                print('#', flood(watch, hostile, kind, PACKETS * share // 100, names), flush=True)
                for page in (person, desk, stranger, other):
                    page.request('token.refresh')  # and answers the server's pings on the way
                for media in (voice, answer):
                    lost, late_us = media.gaps()
                    print(f'# live call: {lost} lost, 99 % within {late_us / 1000} ms', flush=True)
                    assert lost == 0, f'{kind}: the live call lost {lost} packets'
                    assert media.received() > 0, f'{kind}: the live call is silent'
            _, now = watch.counters()
            assert now['socket_overflow'] == drops['socket_overflow']
            print(f'# memory {memory} KiB, then {watch.resident_kib()}; log lines {lines}, then {watch.lines()}')
            assert watch.resident_kib() - memory < GROWTH_KIB
            # The connections that asked for these figures close a moment after their answers.
            until(lambda: len(watch.descriptors()) <= len(descriptors), f'no more than {descriptors}')
            assert watch.lines() - lines < LINES, daemon.log()[-2000:]
        assert person.request('chat.send', {'text': 'still here'})['id']
        assert desk.event('chat.message')['text'] == 'still here'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
