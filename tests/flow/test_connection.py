"""HTTP connections: what is behind a request, bodies nobody asked for, readers that do not read. The daemon sleeps after."""
import http.client
import json
import socket
import ssl
import subprocess
import sys
import time

from lib import tap
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


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
