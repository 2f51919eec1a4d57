"""The HTTP interface: pages, log-in, replay files with ranges, limits."""
import json
import os
import socket
import sys

from lib import tap
from lib.call import call, until
from lib.daemon import Daemon, insecure
from lib.page import citizen

BYTES = bytes(range(256)) * 1024  # 256 KiB: several pieces of 64


def code_of(answer):
    status, _, text = answer
    return status, json.loads(text)['e']['code']


def auditor(daemon):
    return daemon.login('6001')


def archived(daemon):
    """A session of the hall, with an archive as the recorder leaves it. Its id."""
    with call(daemon) as (person, desk, voice, answer, session):
        desk.request('session.end')
        desk.request('ticket.finish', {'ticket': session['ticket'], 'result': {'code': 'ANSWERED'}})
    folder = daemon.folder / 'archive' / session['id']
    folder.mkdir(parents=True)
    (folder / '01-clerk-camera-vp8.webm').write_bytes(BYTES)
    (folder / 'timeline.json').write_text(json.dumps({'version': 1, 'session': session['id']}))
    (folder / 'manifest.json').write_text('{}')
    (folder / '.hidden').write_text('no')
    return session['id']


def test_pages():
    """pages are served with their types, caching and security headers; nothing outside of the folder is"""
    daemon = Daemon({'server': {'web_root': 'dist'}})
    web = daemon.folder / 'dist'
    (web / 'assets').mkdir(parents=True)
    with daemon:
        (web / 'index.html').write_text('<!doctype html>citizen')
        (web / 'clerk.html').write_text('<!doctype html>clerk')
        (web / 'assets/main-0a1b2c3d.js').write_text('1')
        (web / '.secret').write_text('no')
        os.symlink('/etc', web / 'assets/etc')
        status, headers, text = daemon.http('GET', '/')
        assert (status, text) == (200, b'<!doctype html>citizen')
        assert headers['content-type'] == 'text/html; charset=utf-8' and headers['cache-control'] == 'no-cache'
        for name, words in (('content-security-policy', "default-src 'self'"), ('x-content-type-options', 'nosniff'),
                            ('x-frame-options', 'DENY'), ('referrer-policy', 'no-referrer'), ('permissions-policy', 'camera=(self)')):
            assert words in headers[name], name
        assert 'unsafe' not in headers['content-security-policy'] and 'strict-transport-security' not in headers
        assert daemon.http('GET', '/clerk')[2] == b'<!doctype html>clerk'
        for path in ('/clerk/', '//clerk//'):
            status, led, _ = daemon.http('GET', path)
            assert (status, led['location']) == (308, '/clerk'), path
        assert daemon.http('GET', '/nowhere/')[0] == 404
        status, again, text = daemon.http('GET', '/', headers={'If-None-Match': headers['etag']})
        assert (status, text) == (304, b'')
        status, headers, _ = daemon.http('GET', '/assets/main-0a1b2c3d.js')
        assert 'immutable' in headers['cache-control'] and headers['content-type'].startswith('text/javascript')
        status, headers, text = daemon.http('HEAD', '/assets/main-0a1b2c3d.js')
        assert status == 200 and headers['content-length'] == '1' and text == b''
        for path in ('/.secret', '/../shipinban.conf', '/assets/../../shipinban.conf', '/%2e%2e/shipinban.conf', '/assets', '/nothing',
                     '/assets/', '/..%2fshipinban.conf', '/api.key'):
            status, _, text = daemon.http('GET', path)
            assert status in (404, 403) and b'listen' not in text, f'{path}: {status}'
        assert daemon.http('PUT', '/')[0] == 405


def test_packed_pages():
    """who takes a packed form gets it, by its own ETag; who asks for a part or takes none gets the file"""
    daemon = Daemon({'server': {'web_root': 'dist', 'hsts_days': '1'}})
    assets = daemon.folder / 'dist/assets'
    assets.mkdir(parents=True)
    with daemon:
        for name, text in (('a.js', b'plain'), ('a.js.br', b'brotli'), ('a.js.gz', b'gzip'), ('b.js', b'alone')):
            (assets / name).write_bytes(text)
        tags = set()
        for accepted, coding, text in (('gzip, deflate, br', 'br', b'brotli'), ('gzip', 'gzip', b'gzip'), ('br;q=0, GZIP;q=0.5', 'gzip', b'gzip'),
                                       ('identity', None, b'plain'), ('brx', None, b'plain'), ('', None, b'plain')):
            status, headers, found = daemon.http('GET', '/assets/a.js', headers={'Accept-Encoding': accepted})
            assert (status, headers.get('content-encoding'), found) == (200, coding, text), accepted
            assert headers['vary'] == 'accept-encoding' and headers['content-type'].startswith('text/javascript') and 'immutable' in headers['cache-control']
            tags.add(headers['etag'])
            again = {'Accept-Encoding': accepted, 'If-None-Match': headers['etag']}
            assert daemon.http('GET', '/assets/a.js', headers=again)[0] == 304
        assert len(tags) == 3, 'each form has its own'
        status, headers, text = daemon.http('GET', '/assets/a.js', headers={'Accept-Encoding': 'br', 'Range': 'bytes=0-1'})
        assert (status, text) == (206, b'pl') and 'content-encoding' not in headers
        assert daemon.http('GET', '/assets/b.js', headers={'Accept-Encoding': 'br, gzip'})[2] == b'alone'
        assert headers['strict-transport-security'] == 'max-age=86400'


def test_socket_without_upgrade():
    """a plain GET of the socket's address says that the Upgrade was lost, or that there is no room"""
    with Daemon({'server': {'max_sockets': '1'}}) as daemon:
        assert code_of(daemon.http('GET', '/ws')) == (426, 'proto.upgrade')
        page = citizen(daemon)
        assert code_of(daemon.http('GET', '/ws')) == (503, 'server.busy')
        page.cut()


def test_login():
    """a wrong password is refused, five of them lock the account; another account is not touched"""
    with Daemon() as daemon:
        login = {'staff_no': '3002', 'password': 'wrong'}
        for _ in range(5):
            assert code_of(daemon.http('POST', '/api/v1/login', login)) == (401, 'auth.wrong_password')
        login['password'] = daemon.passwords()['3002']
        status, _, text = daemon.http('POST', '/api/v1/login', login)
        error = json.loads(text)['e']
        assert (status, error['code']) == (429, 'auth.locked') and error['retry_ms'] > 0
        nobody = {'staff_no': '9999', 'password': 'x'}
        assert code_of(daemon.http('POST', '/api/v1/login', nobody)) == (401, 'auth.wrong_password')
        good = daemon.json('POST', '/api/v1/login', {'staff_no': '3003', 'password': daemon.passwords()['3003']})
        assert good['role'] == 'clerk' and good['windows'] == [{'no': 3, 'name': '不动产', 'en': {'name': 'Real estate'}}] and good['window'] == 3
        other = {'staff_no': '3003', 'password': daemon.passwords()['3003'], 'window': 4}
        assert code_of(daemon.http('POST', '/api/v1/login', other)) == (409, 'window.none')
        assert code_of(daemon.http('POST', '/api/v1/login', {'staff_no': '3003'})) == (400, 'proto.params')
        windows = daemon.json('GET', '/api/v1/windows', token=good['token'])['windows']
        assert {'no': 3, 'name': '不动产', 'en': {'name': 'Real estate'}, 'state': 'closed'} in windows
        assert '3003' not in daemon.log() or daemon.passwords()['3003'] not in daemon.log(), 'a password in the log'


def test_bodies():
    """a body that is too large, no JSON or no object is refused"""
    with Daemon() as daemon:
        for size in (16385, 1000000):
            assert code_of(daemon.http('POST', '/api/v1/guest', raw=b'x' * size)) == (413, 'proto.too_large')
        assert code_of(daemon.http('POST', '/api/v1/guest', headers={'Transfer-Encoding': 'chunked'})) == (411, 'proto.length')
        assert code_of(daemon.http('POST', '/api/v1/nothing', {})) == (404, 'proto.unknown')
        assert code_of(daemon.http('GET', '/api')) == (404, 'proto.unknown')
        for bad in (b'{', b'[]', b'7', b'{"a":' * 20 + b'1' + b'}' * 20):
            assert code_of(daemon.http('POST', '/api/v1/guest', raw=bad)) == (400, 'proto.malformed')
        assert daemon.http('POST', '/api/v1/guest', raw=b'')[0] == 200
        assert code_of(daemon.http('GET', '/api/v1/nothing')) == (404, 'proto.unknown')
        assert daemon.http('GET', '/api/v1/guest')[0] == 405


def test_bytes_behind_a_body():
    """a request is done once and answered once, whatever comes behind its body; the connection ends with the answer"""
    with Daemon() as daemon:
        body = json.dumps({'staff_no': '3002', 'password': 'wrong'}).encode()
        head = b'POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n'
        plain = socket.create_connection(('127.0.0.1', daemon.port), timeout=20)
        answer = b''
        with insecure().wrap_socket(plain) as tls:
            tls.sendall(head % len(body) + body + b'x' * 100)
            while piece := tls.recv(65536):
                answer += piece
        assert answer.count(b'HTTP/1.1 401') == 1 and answer.count(b'HTTP/1.1') == 1, answer
        assert daemon.log().count('login of 3002 refused') == 1
        assert daemon.login('3002'), 'five wrong ones would have locked the account'


def test_length_with_a_zero():
    """a length that two readers may read differently is refused at once: neither waits for the other"""
    with Daemon() as daemon:
        plain = socket.create_connection(('127.0.0.1', daemon.port), timeout=20)
        answer = b''
        with insecure().wrap_socket(plain) as tls:
            tls.sendall(b'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 21\x00' + b'6' * 40 + b'\r\n\r\n')
            while piece := tls.recv(65536):
                answer += piece
        assert answer.startswith(b'HTTP/1.1 400') and b'proto.length' in answer, answer


def test_address_is_limited():
    """an address that asks for tokens without end is told to wait"""
    with Daemon() as daemon:
        codes = daemon.statuses('POST', '/api/v1/guest', {}, 400)
        assert codes[:100] == [200] * 100 and 429 in codes


def test_roles():
    """the auditor's addresses are the auditor's, the integrator's need the key"""
    with Daemon() as daemon:
        for path in ('/api/v1/recordings', '/api/v1/sessions/' + 'a' * 26):
            assert code_of(daemon.http('GET', path)) == (401, 'auth.bad_token')
            assert code_of(daemon.http('GET', path, token=daemon.guest())) == (403, 'auth.role')
        assert code_of(daemon.http('GET', '/api/v1/sessions/' + 'a' * 26, token=auditor(daemon))) == (404, 'session.none')
        assert code_of(daemon.http('POST', '/api/v1/sessions', {'matter': 'SB01'})) == (401, 'auth.bad_token')
        assert code_of(daemon.http('POST', '/api/v1/sessions', {'matter': 'SB01'}, token='x' * 48)) == (401, 'auth.bad_token')


def test_recordings_are_listed_and_opened():
    """the list, its filters, the opening with a reason, and what the cookie opens"""
    with Daemon() as daemon:
        session, token = archived(daemon), auditor(daemon)
        row = until(lambda: daemon.json('GET', '/api/v1/recordings', token=token)['recordings'], 'the list')[0]
        assert row['session'] == session and row['state'] == 'ready' and row['staff_no'] == '3002' and row['window'] == 2
        assert row['matter']['code'] == 'SB01' and row['end_reason'] == 'hangup_clerk'
        for query, count in ((f'?number={row["number"]}', 1), ('?number=Z999', 0), ('?staff_no=3002', 1), ('?staff_no=3003', 0),
                             (f'?from={row["started_at"] - 1000}', 1), (f'?to={row["started_at"] - 1000}', 0), ('?offset=1', 0)):
            assert len(daemon.json('GET', '/api/v1/recordings' + query, token=token)['recordings']) == count, query
        assert code_of(daemon.http('GET', '/api/v1/recordings?limit=many', token=token)) == (400, 'proto.params')
        path = f'/api/v1/recordings/{session}/open'
        assert code_of(daemon.http('POST', path, {}, token)) == (400, 'proto.params')
        assert code_of(daemon.http('POST', path.replace(session, 'b' * 26), {'reason': 'x'}, token)) == (404, 'session.none')
        status, headers, text = daemon.http('POST', path, {'reason': '投诉复核'}, token)
        assert status == 200 and json.loads(text)['timeline']['session'] == session
        cookie = headers['set-cookie']
        for word in ('HttpOnly', 'Secure', 'SameSite=Strict', f'Path=/replay/{session}/'):
            assert word in cookie, cookie
        base = json.loads(text)['files_base']
        replay = {'Cookie': cookie.split(';')[0]}
        status, headers, data = daemon.http('GET', base + '01-clerk-camera-vp8.webm', headers=replay)
        assert status == 200 and data == BYTES and headers['content-type'] == 'video/webm'
        for name in ('.hidden', 'nothing.webm', '..%2F..%2Fapi.key'):
            assert daemon.http('GET', base + name, headers=replay)[0] in (403, 404), name
        assert code_of(daemon.http('GET', base + 'manifest.json')) == (401, 'auth.bad_token')
        assert daemon.http('GET', '/replay/' + 'c' * 26 + '/manifest.json', headers=replay)[0] == 401
        assert daemon.http('GET', base + 'manifest.json', headers={'Cookie': f'replay={token}'})[0] == 401


def test_ranges():
    """one range, open or suffix, is a 206; beyond the end a 416; what is no range is ignored; If-Range by ETag"""
    with Daemon() as daemon:
        session, token = archived(daemon), auditor(daemon)
        _, headers, text = daemon.http('POST', f'/api/v1/recordings/{session}/open', {'reason': 'x'}, token)
        path = json.loads(text)['files_base'] + '01-clerk-camera-vp8.webm'
        replay = {'Cookie': headers['set-cookie'].split(';')[0]}
        size = len(BYTES)

        def ask(value, **more):
            return daemon.http('GET', path, headers={**replay, 'Range': value, **more})

        for value, first, last in (('bytes=0-0', 0, 0), ('bytes=100-299', 100, 299), ('bytes=70000-', 70000, size - 1),
                                   ('bytes=-500', size - 500, size - 1), (f'bytes={size - 1}-{size + 9}', size - 1, size - 1),
                                   (f'bytes=-{size * 2}', 0, size - 1), ('bytes=65535-131072', 65535, 131072)):
            status, headers, data = ask(value)
            assert status == 206 and data == BYTES[first:last + 1], value
            assert headers['content-range'] == f'bytes {first}-{last}/{size}'
        for value in (f'bytes={size}-', f'bytes={size + 5}-{size + 9}', 'bytes=-0'):
            status, headers, data = ask(value)
            assert status == 416 and headers['content-range'] == f'bytes */{size}' and data == b'', value
        for value in ('bytes=9-5', 'lines=1-2', 'bytes=0-1,4-5', 'bytes=', 'bytes=a-b', 'bytes=--5'):
            status, _, data = ask(value)
            assert status == 200 and data == BYTES, value
        etag = daemon.http('HEAD', path, headers=replay)[1]['etag']
        assert ask('bytes=0-9', **{'If-Range': etag})[0] == 206
        assert ask('bytes=0-9', **{'If-Range': '"other"'})[0] == 200
        status, _, _ = daemon.http('GET', path, headers={**replay, 'If-None-Match': etag})
        assert status == 304


def test_health():
    """/healthz tells what runs"""
    with Daemon() as daemon:
        page = citizen(daemon)
        health = daemon.json('GET', '/healthz')
        assert health['status'] == 'ok' and health['sockets'] == 1 and health['sessions'] == 0
        assert 'stun_integrity' in health['drops'] and 'forwarded' in health['packets']
        assert page.sid not in json.dumps(health)


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
