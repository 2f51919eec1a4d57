"""Under a service manager: the test plays systemd and reads what the daemon tells it."""
import contextlib
import os
import pathlib
import socket
import sys
import tempfile
import time

from lib import tap
from lib.call import call
from lib.daemon import Daemon
from lib.page import citizen
from lib.store import locked
from lib.thread import stopped

WATCHDOG_MS = 1200
LONG_MS = 20000


class Manager:
    """NOTIFY_SOCKET for the daemons that are started inside."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='shipinban-notify-')
        path = pathlib.Path(self.folder.name) / 'notify'
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.heard, self.left = [], []
        os.environ.update(NOTIFY_SOCKET=str(path), WATCHDOG_USEC=str(WATCHDOG_MS * 1000))
        return self

    def __exit__(self, *_):
        for name in ('NOTIFY_SOCKET', 'WATCHDOG_USEC'):
            os.environ.pop(name)
        self.socket.close()
        self.folder.cleanup()

    def read(self, timeout_ms):
        """The next datagram's lines; None: silence."""
        self.socket.settimeout(max(timeout_ms, 1) / 1000)
        try:
            return self.socket.recv(4096).decode().split('\n')
        except TimeoutError:
            return None

    def until(self, what, within_ms=LONG_MS):
        """Reads on until a line begins with `what`; that line."""
        deadline = time.monotonic() + within_ms / 1000
        while (left := deadline - time.monotonic()) > 0:
            while self.left:
                self.heard.append(self.left.pop(0))
                if self.heard[-1].startswith(what):
                    return self.heard[-1]
            self.left += self.read(left * 1000) or []
        raise AssertionError(f'no {what} within {within_ms} ms; heard {self.heard[-10:]}')


def test_ready_and_watched():
    """READY once it serves, then WATCHDOG again and again"""
    with Manager() as manager, Daemon() as daemon:
        manager.until('READY=1')
        assert daemon.json('GET', '/healthz')['status'] == 'ok'
        for _ in range(3):
            manager.until('WATCHDOG=1')
        assert manager.heard[0] == 'READY=1', manager.heard


def test_stuck_hall():
    """while the hall hangs in its store the watchdog is fed, for calls go on; status and log name the hall"""
    with Manager() as manager, Daemon() as daemon, contextlib.ExitStack() as trouble:
        page, notice = citizen(daemon), daemon.notice()
        manager.until('WATCHDOG=1')
        trouble.enter_context(locked(daemon))
        page.request_send('ticket.create', {'matter': 'SB01', 'notice_sha256': notice})
        manager.until('STATUS=hall does not answer')
        before = len(manager.heard)
        trouble.close()
        manager.until('STATUS=all parts answer')
        assert 'WATCHDOG=1' in manager.heard[before:], manager.heard
        manager.until('WATCHDOG=1')
        assert 'watchdog: hall does not answer' in daemon.log()
        assert 'watchdog: hall answers again' in daemon.log()


def test_stuck_worker():
    """while a media worker hangs nothing is fed; when it goes on, it is fed again"""
    with Manager() as manager, Daemon({'media': {'workers': '2'}}) as daemon:
        manager.until('WATCHDOG=1')
        with stopped(daemon.child.pid, 'media-1'):
            manager.until('STATUS=media does not answer')
            assert manager.read(WATCHDOG_MS) is None, 'it is fed though a worker hangs'
            assert daemon.json('GET', '/healthz')['status'] == 'ok'
        manager.until('STATUS=all parts answer')
        manager.until('WATCHDOG=1')
        assert 'watchdog: media does not answer' in daemon.log()


def test_stopping():
    """a stop with a call: STOPPING, how long it may take, and in words what is awaited"""
    with Manager() as manager, Daemon({'server': {'drain_ms': '5000'}}) as daemon:
        with call(daemon) as (person, desk, voice, answer, session):
            manager.until('READY=1')
            daemon.child.terminate()
            manager.until('STOPPING=1')
            assert int(manager.until('EXTEND_TIMEOUT_USEC=').split('=')[1]) > 5000000
            assert 'draining: 1 calls run' in manager.until('STATUS=draining')
            manager.until('WATCHDOG=1')
            person.request('session.end')
            assert daemon.child.wait(20) == 0


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
