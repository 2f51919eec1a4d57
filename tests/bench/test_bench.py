"""The load tool against real servers, shortly: every payload arrives whole and from its sender. How fast is not asked here."""
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

from servers import Direct, Janus, Shipinban, load

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'flow'))
from lib import tap  # noqa: E402

LOOK_S = 0.1
SOON_LOST = {'hall': {'citizen_lost_ms': '1000', 'clerk_lost_ms': '1000'}}
ENOUGH = 100  # packets a session and second; 460 are sent


def arrived(server, *options, sessions=3, seconds=2):
    code, text, row = load(server, 'run', '--sessions', sessions, '--seconds', seconds, *options, timeout=60)
    assert code == 0 and row, text
    assert row['joined'] == 2 * sessions and row['packets']['received'] > ENOUGH * sessions * seconds, text
    return row


def test_direct():
    """peers without a server: all that is sent arrives"""
    packets = arrived(Direct())['packets']
    assert packets['sent'] == packets['received'], packets


def test_daemon():
    """sessions of the daemon, recorded: each peer gets what the other sent, reports and feedback too"""
    with Shipinban(recorded=True) as server:
        packets = arrived(server)['packets']
        assert packets['reports_in'] and packets['feedback_in'] and packets['keyframes'] >= 6, packets
        assert any((server.daemon.folder / 'spool').iterdir()), 'a journal'


def test_loss():
    """a lossy line: what is lost is asked for in both directions, sent again, and arrives whole"""
    with Shipinban(recorded=False) as server:
        packets = arrived(server, '--loss', 3, seconds=4)['packets']
        assert packets['nacks_out'] and packets['nacks_in'], packets
        assert packets['repaired'] and packets['resent'], packets


def test_churn():
    """sessions that come and go leave no session, peer, socket or memory behind"""
    with Shipinban(recorded=True, settings=SOON_LOST) as server:
        code, text, _ = load(server, 'churn', '--sessions', 150, '--parallel', 6, '--growth-percent', 20, timeout=150)
        assert code == 0, text


def members(session):
    """Processes of a session that have not ended."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            state, _, _, its = pathlib.Path('/proc', pid, 'stat').read_text().rsplit(')', 1)[1].split()[:4]
        except OSError:
            continue
        if int(its) == session and state not in 'ZX':
            found.append(int(pid))
    return found


def await_true(said, seconds):
    never, deadline = threading.Event(), time.monotonic() + seconds
    while not said():
        assert time.monotonic() < deadline, 'too late'
        never.wait(LOOK_S)


def test_driver_ends_its_children():
    """a driver that is told to end leaves no daemon, recorder or tool behind"""
    driver = subprocess.Popen([sys.executable, str(pathlib.Path(__file__).with_name('churn')), '--sessions', '100000'],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        await_true(lambda: len(members(driver.pid)) >= 4, 60)
        driver.terminate()
        driver.wait(60)
        await_true(lambda: not members(driver.pid), 10)  # a rendering that was begun ends by itself
    finally:
        for pid in members(driver.pid):
            os.kill(pid, signal.SIGKILL)
        driver.wait()


def test_janus():
    """the same load joins Janus, where it is installed"""
    if Janus.is_there():
        with Janus(recorded=True) as server:
            arrived(server)
            assert any((server.folder / 'recordings').iterdir()), 'a recording'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
