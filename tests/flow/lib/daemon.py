"""The daemon under test: its own folder, ports that the system chooses, real SQLite."""
import configparser
import http.client
import json
import os
import pathlib
import queue
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import urllib.parse

from . import child

ROOT = pathlib.Path(__file__).resolve().parents[3]
START_S = 60
STOP_S = 30

DEFAULTS = {
    'server': {'listen': '127.0.0.1', 'port': '0', 'hostname': 'localhost', 'log_level': 'debug', 'drain_ms': '0'},
    'media': {'listen': '127.0.0.1', 'udp_port': '0'},
    'hall': {'seed_dir': str(ROOT / 'hall/seed'), 'demo_accounts_file': 'accounts.txt', 'always_open': 'true'},
    'recorder': {'reserve_mib': '1'},
}


class Daemon:
    """`settings` are {'section': {'key': 'value'}} beside DEFAULTS. Use it as a context."""

    def __init__(self, settings=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='shipinban-flow-'))
        self.child = None
        self.port = None
        self.settings = {section: dict(keys) for section, keys in DEFAULTS.items()}
        for section, keys in (settings or {}).items():
            self.settings.setdefault(section, {}).update(keys)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, value, traceback):
        code = self.stop()
        if kind is None:
            assert code == 0, f'the daemon ended with {code}:\n{self.log()[-4000:]}'
        else:
            print('\n'.join('# ' + line for line in self.log().splitlines()[-60:]))
        shutil.rmtree(self.folder, ignore_errors=True)

    def write_config(self):
        config = configparser.ConfigParser()
        config.read_dict(self.settings)
        with open(self.folder / 'shipinban.conf', 'w', encoding='utf-8') as out:
            config.write(out)

    def start(self):
        self.write_config()
        with open(self.folder / 'log', 'ab') as log:
            self.child = child.start(
                [os.environ['SHIPINBAN'], '--config', str(self.folder / 'shipinban.conf')],
                stdout=subprocess.PIPE, stderr=log, text=True)
        lines = queue.Queue()

        def read(stream=self.child.stdout):
            for line in stream:
                lines.put(line)
            lines.put('')

        threading.Thread(target=read, daemon=True).start()
        line = lines.get(timeout=START_S)
        assert line.startswith(('listening https://127.0.0.1:', 'listening http://127.0.0.1:')), f'{line!r}\n{self.log()}'
        self.port = int(line.rsplit(':', 1)[1])

    def stop(self):
        """Its exit code."""
        if self.child is None:
            return 0
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        return self.child.returncode if child.end(self.child, STOP_S) else 'a timeout'

    def kill(self):
        self.child.kill()
        self.child.wait()

    def log(self):
        path = self.folder / 'log'
        return path.read_text(encoding='utf-8', errors='replace') if path.exists() else ''

    def http(self, method, path, body=None, token=None, headers=None, raw=None):
        """(status, headers in lower case, body as bytes)."""
        headers = dict(headers or {})
        if token:
            headers['Authorization'] = f'Bearer {token}'
        if raw is None and body is not None:
            raw = json.dumps(body).encode()
        connection = http.client.HTTPSConnection('127.0.0.1', self.port, context=insecure(), timeout=30)
        try:
            connection.request(method, path, body=raw, headers=headers)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def asked(self, method, path, body):
        """The connection of a request whose answer nobody reads."""
        connection = http.client.HTTPSConnection('127.0.0.1', self.port, context=insecure(), timeout=30)
        connection.request(method, path, body=json.dumps(body).encode())
        return connection

    def statuses(self, method, path, body, count):
        """Of so many requests in a row on one connection."""
        connection = http.client.HTTPSConnection('127.0.0.1', self.port, context=insecure(), timeout=30)
        found = []
        try:
            for _ in range(count):
                connection.request(method, path, body=json.dumps(body).encode())
                answer = connection.getresponse()
                answer.read()
                found.append(answer.status)
        finally:
            connection.close()
        return found

    def json(self, method, path, body=None, token=None, expect=200):
        status, _, text = self.http(method, path, body, token)
        assert status == expect, f'{method} {path}: {status} {text[:500]!r}'
        return json.loads(text)

    def guest(self):
        return self.json('POST', '/api/v1/guest', {})['token']

    def passwords(self):
        rows = [line.split() for line in (self.folder / 'accounts.txt').read_text().splitlines()
                if line and not line.startswith('#')]
        return {row[0]: row[2] for row in rows}

    def login(self, staff_no, window=None):
        body = {'staff_no': staff_no, 'password': self.passwords()[staff_no]}
        if window:
            body['window'] = window
        return self.json('POST', '/api/v1/login', body)['token']

    def notice(self):
        return self.json('GET', '/api/v1/matters')['notice']['sha256']

    def api_key(self):
        return (self.folder / 'api.key').read_text().strip()


def insecure():
    """The certificate is self-made."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def quote(text):
    return urllib.parse.quote(text, safe='')
