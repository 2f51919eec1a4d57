"""HTTP connections: what is behind a request, bodies nobody asked for, readers that do not read. The daemon sleeps after."""
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import time

from lib import tap
from lib.call import call, until
from lib.daemon import Daemon, insecure

WAIT_S = 20
WATCH_S = 1
STOP_S = 20
BIG = b'0123456789abcdef' * (1 << 20)  # 16 MiB: more than the sockets in between hold
SPUN_TICKS = 30  # of the 100 that a thread uses up in WATCH_S when it spins
LOGIN = json.dumps({'staff_no': '3002', 'password': 'wrong'}).encode()


def head(method, path, *lines):
    return '\r\n'.join([f'{method} {path} HTTP/1.1', 'Host: a', *lines, '', '']).encode()


def posted(path, body, announced=None):
    return head('POST', path, f'Content-Length: {len(body) if announced is None else announced}') + body


def ticks(daemon):
    with open(f'/proc/{daemon.child.pid}/stat', encoding='ascii') as stat:
        fields = stat.read().rsplit(')', 1)[1].split()
    return int(fields[11]) + int(fields[12])


def connect(daemon):
    plain = socket.create_connection(('127.0.0.1', daemon.port), timeout=WAIT_S)
    return insecure().wrap_socket(plain) if daemon.settings['server'].get('tls') != 'false' else plain


def said(tls, data):
    """What comes until the other side closes; what it no longer reads may cost the answer (a reset overtakes it)."""
    answer = b''
    try:
        tls.sendall(data)
    except (ConnectionError, ssl.SSLError):
        pass
    try:
        while piece := tls.recv(65536):
            answer += piece
    except (ConnectionError, ssl.SSLError):
        pass
    return answer


def statuses(answer):
    return [int(line[9:12]) for line in answer.split(b'\r\n') if line.startswith(b'HTTP/1.1 ')]


def watched(daemon, what):
    """It is left alone, and does nothing."""
    before = ticks(daemon)
    try:
        raise AssertionError(f'{what}: it ended with {daemon.child.wait(WATCH_S)}')
    except subprocess.TimeoutExpired:
        used = ticks(daemon) - before
    assert used < SPUN_TICKS, f'{what}: {used} ticks in {WATCH_S} s'


GET = head('GET', '/healthz')
# what is sent: what is answered; None: one answer or none.
RUDE = {
    'requests in a row': (GET * 20, [200]),
    'thousands of requests in a row': (GET * 3000, None),
    'a request behind a body': (posted('/api/v1/login', LOGIN) + GET, [401]),
    'bytes behind a body': (posted('/api/v1/login', LOGIN) + b'x' * 3000, [401]),
    'requests with bodies in a row': (posted('/api/v1/guest', b'{}') * 3, [200]),
    'a request with a body behind one without': (GET + posted('/api/v1/guest', b'{}') * 3, [200]),
    'bytes behind the body of a GET': (head('GET', '/healthz', 'Content-Length: 10') + b'x' * 3000, [200]),
    'a DELETE with a body, and more': (head('DELETE', '/whip/a', 'Content-Length: 4') + b'abcd' + GET, [401]),
    'a HEAD, and more': (head('HEAD', '/healthz') + GET, [200]),
    'chunks': (head('POST', '/api/v1/guest', 'Transfer-Encoding: chunked') + b'2\r\n{}\r\n0\r\n\r\n', [411]),
    'chunks of a GET': (head('GET', '/healthz', 'Transfer-Encoding: chunked') + b'2\r\n{}\r\n0\r\n\r\n', [411]),
    'no length': (head('POST', '/api/v1/guest') + b'{}', [200]),
    'two lengths': (head('POST', '/api/v1/guest', 'Content-Length: 2', 'Content-Length: 1') + b'{}', [400]),
    'a length that is none': (posted('/api/v1/guest', b'{}', 'x'), [400]),
    'a length below zero': (posted('/api/v1/guest', b'{}', '-1'), [400]),
    'a length of forty digits': (posted('/api/v1/guest', b'{}', '0' * 39 + '2'), [400]),
    'a body of 100 KiB': (posted('/api/v1/guest', b'x' * 100000), [413]),
    'a body of 5 MiB': (posted('/api/v1/guest', b'x' * (5 << 20)), None),  # cut off after the first
    'an upgrade to something': (head('GET', '/', 'Connection: Upgrade', 'Upgrade: something') + GET, None),
    'an upgrade to HTTP/2': (head('GET', '/', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c',
                                  'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA') + GET, []),
    'a tunnel': (head('CONNECT', 'a:1') + GET, []),
}


def test_rude():
    """whatever comes behind a request, and whatever a body is said to be: one answer, the end, and a daemon that sleeps"""
    for tls in ('true', 'false'):
        with Daemon({'server': {'tls': tls}}) as daemon:
            for what, (data, wanted) in RUDE.items():
                with connect(daemon) as client:
                    answer = said(client, data)
                found = statuses(answer)
                assert found == wanted if wanted is not None else len(found) < 2, (what, found, wanted)
                if found and wanted:
                    assert b'\r\nconnection: close\r\n' in answer.lower(), what
            watched(daemon, f'tls {tls}')
            assert daemon.log().count('login of 3002 refused') == 2


def test_unfinished():
    """who says less than announced, or more while the answer is made or written, costs nothing; it ends in time all the same"""
    for tls in ('true', 'false'):
        daemon = Daemon({'server': {'web_root': 'dist', 'tls': tls}})
        (daemon.folder / 'dist').mkdir()
        (daemon.folder / 'dist/big.js').write_bytes(BIG)
        with daemon:
            clients = {what: connect(daemon) for what in ('length', 'expect', 'head', 'reader')}
            clients['length'].sendall(posted('/api/v1/guest', b'{}', 3))
            clients['expect'].sendall(head('POST', '/api/v1/guest', 'Content-Length: 2', 'Expect: 100-continue'))
            clients['head'].sendall(b'GET / HT')
            clients['reader'].sendall(head('GET', '/big.js'))
            answer = clients['reader'].recv(1000)
            clients['reader'].sendall(GET * 100)
            watched(daemon, f'unfinished, tls {tls}')
            assert statuses(said(clients['length'], b'x' + GET)) in ([200], [400])
            assert statuses(said(clients['expect'], b'{}' + GET)) == [200]
            answer += said(clients['reader'], b'')
            assert statuses(answer[:200]) == [200]
            late = connect(daemon)
            late.sendall(head('GET', '/big.js'))
            assert late.recv(1000)
            late.sendall(GET * 100)
            begun = time.monotonic()
            assert daemon.stop() == 0
            assert time.monotonic() - begun < STOP_S
            for client in (*clients.values(), late):
                client.close()


def test_kept():
    """who waits for each answer keeps the connection: pages, bodies, empty ones, and what a refusal does not end"""
    with Daemon() as daemon:
        connection = http.client.HTTPSConnection('127.0.0.1', daemon.port, context=insecure(), timeout=WAIT_S)
        connection.connect()
        port = connection.sock.getsockname()
        for method, path, body, status in (('GET', '/healthz', None, 200), ('POST', '/api/v1/guest', '{}', 200),
                                           ('POST', '/api/v1/login', LOGIN, 401), ('GET', '/none', None, 404),
                                           ('GET', '/healthz', 'unwanted', 200), ('DELETE', '/whip/a', 'unwanted', 401),
                                           ('POST', '/api/v1/guest', '', 200), ('PATCH', '/whip/a', '', 401),
                                           ('HEAD', '/healthz', None, 200), ('GET', '/healthz', None, 200)) * 20:
            connection.request(method, path, body)
            answer = connection.getresponse()
            answer.read()
            assert answer.getheader('connection') != 'close' and connection.sock.getsockname() == port, (method, path)
            assert answer.status in (status, 429), (method, path, answer.status)  # an account gets locked
        connection.close()


def idle_connections(daemon, count):
    """From several addresses of this machine; one that is refused is closed at once, and is among them."""
    return [socket.create_connection(('127.0.0.1', daemon.port), timeout=WAIT_S, source_address=(f'127.0.0.{2 + i % 6}', 0))
            for i in range(count)]


def connections(daemon):
    return daemon.json('GET', '/healthz')['connections']


def call_goes_on(live):
    live[0].request('chat.send', {'text': 'still here'})
    assert live[1].event('chat.message')['text'] == 'still here'


def test_idle():
    """more connections that say nothing than there may be: they make room for each other, and for who speaks; then they end"""
    with Daemon({'server': {'max_sockets': '100', 'log_level': 'info'}}) as daemon, call(daemon) as live:
        kept = http.client.HTTPSConnection('127.0.0.1', daemon.port, context=insecure(), timeout=WAIT_S)
        idle = idle_connections(daemon, 1500)
        watched(daemon, 'idle connections')
        there = connections(daemon)
        assert there['open'] <= 200, there
        assert there['cut']['crowded'] + there['cut']['full'] >= 1300, there
        assert there['cut']['crowded'] > there['cut']['full'], f'the door was shut: {there}'
        assert there['cut']['address'] == there['cut']['descriptors'] == 0, there
        call_goes_on(live)
        until(lambda: connections(daemon)['open'] < 10, 'idle connections are still there', 30)
        assert connections(daemon)['cut']['silent'] > 100
        kept.request('GET', '/healthz')
        assert kept.getresponse().status == 200
        kept.close()
        assert sum(is_ended(one) for one in idle) == len(idle)
        assert daemon.log().count('is cut') < 100, daemon.log()[-2000:]
        call_goes_on(live)


def is_ended(plain):
    plain.settimeout(WAIT_S)
    try:
        return plain.recv(1) == b''
    except ConnectionError:
        return True
    finally:
        plain.close()


def test_trickle():
    """a head that comes a byte at a time is not waited for, nor a TLS handshake that does not go on"""
    with Daemon() as daemon:
        slow, plain = connect(daemon), socket.create_connection(('127.0.0.1', daemon.port), timeout=WAIT_S)
        slow.settimeout(0.5)
        begun = time.monotonic()
        plain.sendall(b'\x16\x03\x01')
        ended = False
        while not ended and time.monotonic() - begun < 2 * WAIT_S:
            try:
                slow.sendall(b'G')
                ended = slow.recv(1) == b''
            except TimeoutError:
                pass
            except (ConnectionError, ssl.SSLError):
                ended = True
        assert ended and time.monotonic() - begun < WAIT_S
        assert is_ended(plain)
        assert connections(daemon)['cut']['silent'] >= 1


def test_few_descriptors():
    """where the system gives few descriptors, idle connections leave enough for a call and its recording; nothing spins"""
    program = os.environ['SHIPINBAN']
    with Daemon({'server': {'log_level': 'info'}}) as daemon:
        assert daemon.stop() == 0
        few = daemon.folder / 'few'
        few.write_text(f'#!/bin/sh\nulimit -n 160\nexec "{program}" "$@"\n')
        few.chmod(0o700)
        os.environ['SHIPINBAN'] = str(few)
        try:
            daemon.start()
        finally:
            os.environ['SHIPINBAN'] = program
        idle = idle_connections(daemon, 600)
        watched(daemon, 'few descriptors')
        there = connections(daemon)
        assert there['cut']['crowded'] + there['cut']['descriptors'] > 400, there
        with call(daemon) as live:
            more = idle_connections(daemon, 300)
            call_goes_on(live)
            watched(daemon, 'few descriptors and a call')
            assert connections(daemon)['open'] < 120
        assert 'errno' not in daemon.log(), daemon.log()[-2000:]
        for one in idle + more:
            one.close()


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
