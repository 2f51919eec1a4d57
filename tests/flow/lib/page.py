"""A page as the server sees it: one WebSocket at a time (RFC 6455, enough of it), hello, requests, events. Every frame that
the server sends is held against the schemas."""
import base64
import json
import os
import socket
import struct
import time

from .daemon import insecure
from .schema import check_frame

WAIT_S = 20


class Closed(Exception):
    """The server closed the socket. `code` None: without a close frame."""

    def __init__(self, code):
        super().__init__(f'closed with {code}')
        self.code = code


class Refused(Exception):
    def __init__(self, error):
        super().__init__(json.dumps(error, ensure_ascii=False))
        self.code = error['code']
        self.error = error


class Socket:
    """A WebSocket over TLS. `protocol` None: no Sec-WebSocket-Protocol."""

    def __init__(self, port, protocol='shipinban.v1', path='/ws'):
        plain = socket.create_connection(('127.0.0.1', port), timeout=WAIT_S)
        self.tls = insecure().wrap_socket(plain)
        self.buffer = b''
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f'GET {path} HTTP/1.1', f'Host: 127.0.0.1:{port}', 'Upgrade: websocket', 'Connection: Upgrade',
                 f'Sec-WebSocket-Key: {key}', 'Sec-WebSocket-Version: 13']
        if protocol:
            lines.append(f'Sec-WebSocket-Protocol: {protocol}')
        self.tls.sendall('\r\n'.join(lines + ['', '']).encode())
        while b'\r\n\r\n' not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b'\r\n\r\n', 1)
        self.head = head.decode()
        if not self.head.startswith('HTTP/1.1 101'):
            self.tls.close()
            raise Closed(None)

    def fill(self):
        try:
            data = self.tls.recv(65536)
        except (ConnectionError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise Closed(None) from error
        if not data:
            raise Closed(None)
        self.buffer += data

    def take(self, count):
        while len(self.buffer) < count:
            self.fill()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def send(self, payload, opcode=1, final=True):
        head = bytes([(0x80 if final else 0) | opcode])
        size = len(payload)
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack('>H', size)
        else:
            head += bytes([0x80 | 127]) + struct.pack('>Q', size)
        self.tls.sendall(head + b'\0\0\0\0' + payload)

    def receive(self, timeout):
        """The next text; Closed; TimeoutError."""
        deadline = time.monotonic() + timeout
        while True:
            self.tls.settimeout(max(0.001, deadline - time.monotonic()))
            first, second = self.take(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack('>H', self.take(2))[0]
            elif size == 127:
                size = struct.unpack('>Q', self.take(8))[0]
            payload = self.take(size)
            opcode = first & 0x0F
            if opcode == 8:
                raise Closed(struct.unpack('>H', payload[:2])[0] if size >= 2 else None)
            if opcode == 9:
                self.send(payload, 10)
            elif opcode == 1:
                return payload.decode()

    def cut(self):
        """Without goodbye, as a lost network does."""
        try:
            self.tls.unwrap()
        except OSError:
            pass
        self.tls.close()


class Page:
    def __init__(self, daemon, token, hello=True):
        self.daemon, self.token = daemon, token
        self.last_id = 0
        self.last_seq = 0
        self.sid = self.key = None
        self.events = []
        self.names = {}
        self.welcome = None
        self.socket = Socket(daemon.port)
        if hello:
            self.hello()

    # ---- frames

    def send(self, frame):
        self.socket.send(json.dumps(frame).encode())

    def next_frame(self, timeout=WAIT_S):
        frame = json.loads(self.socket.receive(timeout))
        check_frame(frame, self.names)
        if frame['t'] == 'ping':
            self.send({'t': 'pong', 'at': frame['at'], 'now': int(time.time() * 1000)})
        if frame['t'] == 'ev':
            assert frame['seq'] > self.last_seq, f'seq {frame["seq"]} after {self.last_seq}'
            self.last_seq = frame['seq']
            self.events.append(frame)
        return frame

    def request_send(self, name, data=None, number=None):
        if number is None:
            self.last_id += 1
            number = self.last_id
        self.names[number] = name
        self.send({'t': 'req', 'id': number, 'm': name, 'd': data or {}})
        return number

    def answer(self, number, timeout=WAIT_S):
        deadline = time.monotonic() + timeout
        while True:
            frame = self.next_frame(deadline - time.monotonic())
            if frame['t'] == 'res' and frame['id'] == number:
                if not frame['ok']:
                    raise Refused(frame['e'])
                return frame['d']

    def request(self, name, data=None, timeout=WAIT_S):
        return self.answer(self.request_send(name, data), timeout)

    def refused(self, name, data=None):
        """The error code of a request that must fail."""
        try:
            answer = self.request(name, data)
        except Refused as refusal:
            return refusal.code
        raise AssertionError(f'{name} was done: {answer}')

    def event(self, name, where=lambda d: True, timeout=WAIT_S):
        """The first event of that name that fits, heard already or to come; it and those before it are used up."""
        deadline = time.monotonic() + timeout
        heard = 0
        while True:
            for index in range(heard, len(self.events)):
                if self.events[index]['m'] == name and where(self.events[index]['d']):
                    found = self.events[index]['d']
                    del self.events[:index + 1]
                    return found
            heard = len(self.events)
            left = deadline - time.monotonic()
            assert left > 0, f'no {name} within {timeout} s; heard {[e["m"] for e in self.events]}'
            try:
                self.next_frame(left)
            except TimeoutError:
                pass

    def close_code(self, timeout=WAIT_S):
        """Reads on until the server closes."""
        try:
            while True:
                self.next_frame(timeout)
        except Closed as closed:
            return closed.code

    # ---- hello

    def hello(self, resume=None):
        data = {'token': self.token, 'client': {'name': 'flow', 'version': '1', 'lang': 'zh'}, 'features': []}
        if resume:
            data['resume'] = resume
        self.welcome = self.request('hello', data)
        self.sid, self.key = self.welcome['sid'], self.welcome['key']
        if 'snapshot' in self.welcome:
            self.last_seq = self.welcome['seq']
        return self.welcome

    def cut(self):
        self.socket.cut()

    def resume(self, last_seq=None):
        """A new socket for the same sid. `last_seq` 0: a reloaded page."""
        self.socket = Socket(self.daemon.port)
        seq = self.last_seq if last_seq is None else last_seq
        if last_seq == 0:
            self.events.clear()
        return self.hello({'sid': self.sid, 'key': self.key, 'last_seq': seq})


def citizen(daemon):
    return Page(daemon, daemon.guest())


def clerk(daemon, staff_no='3002', window=None):
    return Page(daemon, daemon.login(staff_no, window))


def take_ticket(page, matter='SB01', **more):
    sha256 = page.welcome['notice']['sha256']
    return page.request('ticket.create', {'matter': matter, 'notice_sha256': sha256, **more})['ticket']
