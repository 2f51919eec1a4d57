"""/metrics: Prometheus' text format, read as strictly as Prometheus does; the figures tell what happened."""
import os
import re
import subprocess
import sys
import time

from lib import child, tap
from lib.call import call, enter, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import citizen, clerk, take_ticket

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
SAMPLE = re.compile(rf'^({NAME})(?:\{{((?:[a-zA-Z_][a-zA-Z0-9_]*="[^"\\\n]*",?)*)\}})? ([0-9.eE+-]+|\+Inf|NaN)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="([^"]*)"')
SUFFIXES = {'histogram': ('_bucket', '_sum', '_count'), 'counter': ('',), 'gauge': ('',)}


def family_of(name, types):
    """The family that a sample belongs to."""
    for family, kind in types.items():
        if any(name == family + suffix for suffix in SUFFIXES[kind]):
            return family
    raise AssertionError(f'{name} belongs to no family')


def parse(text):
    """{(name, ((label, value), …)): number}; every rule of the format that a scraper relies on is held."""
    assert text.endswith('\n')
    types, samples, order = {}, {}, []
    for line in text.splitlines():
        if line.startswith('# HELP '):
            _, _, name, words = line.split(' ', 3)
            assert words and name not in types, line
            order.append(name)
        elif line.startswith('# TYPE '):
            _, _, name, kind = line.split(' ')
            assert order[-1] == name and kind in SUFFIXES and name not in types, line
            assert (kind == 'counter') == name.endswith('_total'), line
            types[name] = kind
        else:
            found = SAMPLE.match(line)
            assert found, f'no sample: {line!r}'
            name, labels, number = found.groups()
            assert family_of(name, types) == order[-1], f'{name} is not in its family'
            key = (name, tuple(sorted(LABEL.findall(labels or ''))))
            assert key not in samples, f'{key} is there twice'
            samples[key] = float(number)
    assert set(order) == set(types)
    for name in (name for name, kind in types.items() if kind == 'histogram'):
        buckets = [value for (sample, _), value in samples.items() if sample == name + '_bucket']
        assert buckets == sorted(buckets) and buckets[-1] == samples[(name + '_count', ())], name
        assert (name + '_bucket', (('le', '+Inf'),)) in samples, name
    return samples


def metrics(daemon):
    status, headers, text = daemon.http('GET', '/metrics')
    assert status == 200 and headers['content-type'].startswith('text/plain; version=0.0.4'), (status, headers)
    return parse(text.decode())


def value(samples, name, **labels):
    return samples[('shipinban_' + name, tuple(sorted(labels.items())))]


def test_format():
    """a fresh daemon: the format is right, the process, the version and all parts are there"""
    with Daemon() as daemon:
        found = metrics(daemon)
        assert found[('process_resident_memory_bytes', ())] > 1e6
        assert found[('process_open_fds', ())] > 10
        assert value(found, 'build_info', version='0.1.0') == 1
        assert [value(found, 'part_silent_seconds', part=part) for part in ('hall', 'media', 'journal')] == [0, 0, 0]
        assert value(found, 'certificate_expiry_timestamp_seconds') > time.time()
        assert daemon.http('HEAD', '/metrics')[0] == 200
        assert daemon.http('POST', '/metrics')[0] == 405
        later = metrics(daemon)
        assert value(later, 'http_responses_total', **{'class': '4xx'}) == 1
        assert value(later, 'http_responses_total', **{'class': '2xx'}) >= 2


def test_a_call():
    """a call is counted: made, joined, its packets and their delay, its journal, its end with reason and phase"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        waiting = citizen(daemon)
        take_ticket(waiting)
        answer.received()
        until(answer.received, 'media')
        found = metrics(daemon)
        assert value(found, 'sessions', state='active') == 1 and value(found, 'sessions_joined_total') == 1
        assert value(found, 'tickets_waiting') == 1 and value(found, 'websockets') == 3
        assert value(found, 'worker_peers', worker='0') == 2 and value(found, 'worker_rooms', worker='0') == 1
        assert value(found, 'udp_packets_total', direction='in') > 10 and value(found, 'rtp_forwarded_total') > 0
        assert value(found, 'forwarding_delay_seconds_count') > 0
        assert value(found, 'journals_open') == 1 and value(found, 'spool_free_bytes') > 0
        assert person.refused('session.hold', {'reason': 'x'}) == 'auth.role'
        person.request('session.end')
        desk.event('session.state', lambda d: d['state'] == 'ended')
        found = metrics(daemon)
        assert value(found, 'sessions', state='active') == 0
        assert value(found, 'sessions_ended_total', reason='hangup_citizen', phase='active') == 1
        assert value(found, 'messages_refused_total', code='auth.role') == 1
        text = daemon.http('GET', '/metrics')[2].decode()
        for private in (session['id'], person.sid, person.welcome['me']['participant'] if 'participant' in person.welcome['me']
                        else person.sid, '3002'):
            assert private not in text, private


def test_who_may_read():
    """others than metrics_from are refused"""
    with Daemon({'server': {'metrics_from': '192.0.2.0/24;2001:db8::1'}}) as daemon:
        status, _, text = daemon.http('GET', '/metrics')
        assert status == 403 and b'auth.role' in text


def connecting(daemon):
    person, desk = citizen(daemon), clerk(daemon)
    session = enter(daemon, person, desk)
    desk.event('session.started')
    return person, desk, session


def offer_alone():
    """An offer whose maker is gone before anybody can answer it."""
    with child.start([os.environ['MEDIA_PEER']], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:
        lines = []
        while (line := peer.stdout.readline().rstrip('\r\n')) != '.':
            lines.append(line)
        peer.kill()
    return '\r\n'.join(lines) + '\r\n'


def ended_view(daemon, session):
    told = daemon.json('GET', f'/api/v1/sessions/{session["id"]}', token=daemon.api_key())
    return told if told['state'] == 'ended' else None


def end_of(page):
    return page.event('session.state', lambda d: d['state'] == 'ended')


def test_why_a_call_does_not_connect():
    """no offer and no ICE check are told apart, in the event, the log, the API and the figures"""
    with Daemon({'hall': {'connect_ms': '1500'}}) as daemon:
        person, desk, session = connecting(daemon)
        first = end_of(person)
        assert (first['reason'], first['phase']) == ('no_offer', 'connecting') and first['party'] == end_of(desk)['party']
        person.cut()
        desk.cut()

    offer = offer_alone()  # beforehand: from the entry on the time counts
    with Daemon({'hall': {'connect_ms': '8000'}}) as daemon:
        person, desk, session = connecting(daemon)
        with Media(desk):
            person.request('media.offer', {'sdp': offer, 'offer_id': 1})
            end = end_of(desk)
            assert (end['reason'], end['phase']) == ('ice_timeout', 'connecting'), end
            assert value(metrics(daemon), 'sessions_ended_total', reason='ice_timeout', phase='connecting') == 1
            line = next(line for line in daemon.log().splitlines() if 'reason=ice_timeout' in line)
            assert f'session={session["id"]} participant={end["party"]}' in line and 'warning' in line, line
            told = until(lambda: ended_view(daemon, session), 'the end in the hall')
            assert (told['end_reason'], told['end_phase']) == ('ice_timeout', 'connecting'), told


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
