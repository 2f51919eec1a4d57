"""Hostile messages and HTTP requests, ten thousand and more, at a daemon with a live call that does not notice."""
import json
import os
import random
import socket
import ssl
import sys

from lib import tap
from lib.call import call, until
from lib.daemon import Daemon, insecure
from lib.page import Page, citizen

LOST = 15  # a machine that does much else loses one now and then; a thread that stands still loses 50 a second
GROWTH_KIB = 96 * 1024
WAIT_S = 20
NAMES = ['hello', 'ping', 'token.refresh', 'ticket.create', 'ticket.cancel', 'ticket.accept', 'ticket.next', 'ticket.finish',
         'ticket.transfer', 'ticket.noshow', 'ticket.requeue', 'ticket.reject', 'clerk.state', 'wrapup.extend',
         'queue.subscribe', 'session.hold', 'session.resume', 'session.invite', 'session.end', 'media.offer',
         'media.candidate', 'media.mute', 'media.layer', 'media.stats', 'chat.send', 'recording.mark', 'no.such', '', 'x' * 300]
FIELDS = ['matter', 'notice_sha256', 'token', 'sdp', 'offer_id', 'candidate', 'mid', 'audio', 'video', 'text', 'kind',
          'reason', 'label', 'result', 'ticket', 'window', 'state', 'max_height', 'resume', 'answers', 'lang']
VALUES = ['null', 'true', '0', '-1', '1e308', '9223372036854775807', '-9223372036854775808', '1e-400', '[]', '{}', '""',
          '"x"', '"\\u0000"', '"\\ud83d"', '"\\ud83d\\ude00"', '[1,[2,[3,[4]]]]', '{"a":{"b":{"c":1}}}', '"' + 'y' * 2000 + '"',
          '"v=0\\r\\nm=audio 9 X 0\\r\\n"', '"' + 'ä' * 600 + '"', '"../../etc/passwd"', '"\' OR 1=1 --"', '18446744073709551616']


def resident_kib(daemon):
    with open(f'/proc/{daemon.child.pid}/status', encoding='ascii') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmRSS:'))


def descriptors(daemon):
    return len(os.listdir(f'/proc/{daemon.child.pid}/fd'))


def frame(chance, number):
    """One text: a message with wrong values, or no message."""
    if chance.random() < 0.9:
        fields = ','.join(f'"{chance.choice(FIELDS)}":{chance.choice(VALUES)}' for _ in range(chance.randrange(5)))
        name = json.dumps(chance.choice(NAMES))
        return f'{{"t":"req","id":{number},"m":{name},"d":{{{fields}}}}}'.encode()
    return chance.choice([
        b'{', b'[]', b'{"t":"req"}', b'\xff\xfe', b'{"t":"req","id":1,"m":"\xc3', b'[' * 5000, b'{"a":' * 2000,
        b'{"t":"ack","seq":-9223372036854775808}', b'{"t":"ack","seq":1e99}', b'{"t":"req","id":1e3,"m":"chat.send"}',
        b'{"t":"req","t":"ack","id":1}', b'{"t":"ping","at":"x"}', b'{"t":"pong","at":' + b'9' * 400 + b'}', b'', b' ' * 60000,
        b'"' + b'z' * 65000 + b'"'])


def messages_sent(daemon, chance, count, pages):
    """Over one socket after the other: each says hello, then what is wrong, until it is closed or has said enough."""
    sent = 0
    token = daemon.guest()
    while sent < count:
        awake(pages)
        page = Page(daemon, token)
        try:
            for number in range(2, 82):
                page.socket.send(frame(chance, number), chance.choice([1, 1, 1, 1, 1, 1, 1, 1, 1, 2]))
                sent += 1
            page.socket.send(b'\x03\xe8', 8)
        except OSError:  # the server may close while we still write
            pass
        page.socket.tls.close()
    return sent


def awake(pages):
    """They answer the server's pings on the way."""
    for page in pages:
        page.request('token.refresh')


def connect(daemon):
    plain = socket.create_connection(('127.0.0.1', daemon.port), timeout=WAIT_S)
    return insecure().wrap_socket(plain)


def request(chance):
    """The bytes of one request, or of several in one."""
    path = chance.choice(['/', '/healthz', '/api/v1/guest', '/api/v1/login', '/api/v1/claim', '/api/v1/matters', '/ws', '/whip',
                          '/api/v1/sessions/', '/api/v1/recordings?limit=' + '9' * 30, '/replay/a/b', '/../../etc/passwd',
                          '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '/%00', '/%zz', '//etc/passwd', '/\\..\\x',
                          '/' + 'a' * chance.randrange(6000), '/?' + '&'.join(f'a{i}={i}' for i in range(300)), '*', ''])
    method = chance.choice(['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'X' * 50, ''])
    body = chance.choice(['', '{}', '{"claim":1}', '[' * 3000, '{"staff_no":null,"password":[]}', 'x' * 20000, '\x00' * 10])
    length = chance.choice([len(body), len(body), -1, 10**18, 'x', len(body) + 5])
    heads = [f'{method} {path} HTTP/{chance.choice(["1.1", "1.1", "1.0", "9.9", ""])}', 'Host: a']
    heads += chance.choice([[], [f'Content-Length: {length}'], ['Transfer-Encoding: chunked'], ['Content-Length: 1', 'Content-Length: 2'],
                            ['Range: bytes=9-1,5-'], ['Authorization: Bearer ' + 'a.' * 600], ['Cookie: ' + 'replay=x;' * 200],
                            [f'X-{i}: {"y" * 50}' for i in range(200)], ['Upgrade: websocket', 'Connection: Upgrade'],
                            ['Host: b', ' folded'], ['Expect: 100-continue', 'Content-Length: 4']])
    one = ('\r\n'.join(heads) + '\r\n\r\n' + body).encode('latin-1', 'replace')
    return chance.choice([one, one, one, one * 3, one[:chance.randrange(1, len(one) + 1)]])


def requests_sent(daemon, chance, count, pages):
    for number in range(count):
        if number % 100 == 0:
            awake(pages)
        try:
            with connect(daemon) as tls:
                tls.sendall(request(chance))
                tls.settimeout(0.01)
                answer = tls.recv(4096)
                assert not answer or answer.startswith(b'HTTP/1.'), answer
        except (TimeoutError, ssl.SSLError, ConnectionError, OSError):
            pass  # whole or not, answered or cut off: what counts is how the daemon is afterwards
    return count


def test_live_call_does_not_notice():
    """ten thousand wrong messages and requests: a live call goes on, no memory and no descriptor stays, the log is short"""
    chance = random.Random(1)
    with Daemon({'server': {'log_level': 'info'}}) as daemon, call(daemon) as live:
        person, desk, voice, answer, _ = live
        messages_sent(daemon, chance, 500, (person, desk))
        requests_sent(daemon, chance, 100, (person, desk))
        for media in (voice, answer):
            media.gaps()
        memory, files = resident_kib(daemon), descriptors(daemon)
        lines = daemon.log().count('\n')
        sent = messages_sent(daemon, chance, 9000, (person, desk))
        asked = requests_sent(daemon, chance, 1000, (person, desk))
        for media in (voice, answer):
            lost, late_us = media.gaps()
            print(f'# live call: {lost} lost, 99 % within {late_us / 1000} ms')
            assert lost <= LOST, f'the live call lost {lost} packets'
            assert media.received() > 0, 'the live call is silent'
        until(lambda: descriptors(daemon) <= files + 4, f'{files} descriptors, then {descriptors(daemon)}', 90)
        grown = resident_kib(daemon) - memory
        said = daemon.log().count('\n') - lines
        print(f'# {sent} messages, {asked} requests: {grown} KiB, {said} lines of log')
        assert grown < GROWTH_KIB
        assert said < (sent + asked) // 10, daemon.log()[-2000:]
        person.request('chat.send', {'text': 'still here'})
        assert desk.event('chat.message')['text'] == 'still here'


def test_slow_and_many():
    """connections that say nothing or a byte at a time, and more than one may have, keep nobody else out"""
    with Daemon() as daemon:
        plain = [socket.create_connection(('127.0.0.1', daemon.port), timeout=WAIT_S) for _ in range(100)]
        slow = [connect(daemon) for _ in range(100)]
        half = [Page(daemon, 'none', hello=False) for _ in range(20)]
        for tls in slow:
            tls.sendall(b'POST /api/v1/guest HTTP/1.1\r\nHost: a\r\nContent-Le')
        for page in half:
            page.socket.tls.sendall(b'\x81\xfe')
        for _ in range(20):
            for tls in slow:
                try:
                    tls.sendall(b'n')
                except OSError:
                    pass
        good = citizen(daemon)
        assert good.welcome['me']['role'] == 'citizen'
        for page in half:
            assert page.close_code() in (4408, None)
        for one in plain + slow:
            one.close()


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
