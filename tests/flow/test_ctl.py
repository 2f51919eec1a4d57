"""shipinbanctl: what an operator asks a running daemon, and what a stopped one gives."""
import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
import time

from lib import child, tap
from lib.call import call, until
from lib.control import control, raw
from lib.daemon import Daemon
from lib.page import citizen, take_ticket
from lib.store import locked

QUEUE_MAX = 8


def ctl(daemon, *args):
    """(exit code, standard output, standard error)"""
    done = subprocess.run([os.environ['SHIPINBANCTL'], '--config', str(daemon.folder / 'shipinban.conf'), *args],
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def asked(daemon, *args):
    code, output, errors = ctl(daemon, '--json', *args)
    assert code == 0, (args, code, output, errors)
    return json.loads(output)


def test_status_and_sessions():
    """status and sessions, as a table and as JSON; the socket is the owner's alone"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        take_ticket(citizen(daemon))
        status = asked(daemon, 'status')
        assert (status['state'], status['sessions'], status['calls'], status['waiting']) == ('ok', 1, 1, 1), status
        assert status['resident_bytes'] > 1e6 and status['recorder']['journals'] == 1
        assert 'version          0.1.0\n' in ctl(daemon, 'status')[1]
        row, = asked(daemon, 'sessions')['sessions']
        assert (row['session'], row['state'], row['matter']) == (session['id'], 'active', 'SB01'), row
        assert (row['participants'], row['recording']) == (2, 'recording'), row
        lines = ctl(daemon, 'sessions')[1].splitlines()
        assert lines[0].startswith('SESSION') and lines[1].split()[:2] == [session['id'], 'active'], lines
        assert stat.S_IMODE((daemon.folder / 'control.sock').stat().st_mode) == 0o600
        everything = json.dumps([status, row])
        assert person.sid not in everything and 'participant' not in person.welcome['me']


def test_end():
    """end ends one session, and says when there is none"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        code, _, errors = ctl(daemon, 'end', 'nonsense')
        assert code == 1 and 'no such session runs' in errors
        assert asked(daemon, 'end', session['id'])['ended']
        for page in (person, desk):
            end = page.event('session.state', lambda d: d['state'] == 'ended')
            assert end['reason'] == 'closed' and end['phase'] == 'active', end
        assert asked(daemon, 'sessions')['sessions'] == []


def test_drain():
    """drain lets the call end by itself; then the daemon ends with 0, and nobody answers any more"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        assert asked(daemon, 'drain', '60000') == {'calls': 1, 'after_ms': 60000}
        person.event('server.draining')
        status = asked(daemon, 'status')
        assert status['state'] == 'draining' and status['deadline_at'] > 0
        person.request('session.end')
        assert daemon.child.wait(20) == 0
        code, output, errors = ctl(daemon, 'status')
        assert code == 3 and not output and 'no daemon answers at ' in errors, (code, output, errors)
        assert not (daemon.folder / 'control.sock').exists()


def test_check():
    """check finds that shipinban-recorder does not run"""
    with Daemon() as daemon:
        code, output, _ = ctl(daemon, '--json', 'check')
        assert code == 1 and json.loads(output)['problems'] == ['shipinban-recorder has not been heard of for a minute']
        recorder = child.start([os.environ['SHIPINBAN_RECORDER'], '--config', str(daemon.folder / 'shipinban.conf')],
                               stderr=subprocess.DEVNULL)
        try:
            until(lambda: ctl(daemon, 'check')[0] == 0, 'all is well')
        finally:
            recorder.terminate()
            recorder.wait(20)


def test_check_forgets():
    """a rendering that failed is told for ten minutes, not until the next restart"""
    def problems(daemon, failed_s_ago):
        now_us = int(time.time() * 1e6)
        (daemon.folder / 'archive').mkdir(exist_ok=True)
        (daemon.folder / 'archive' / '.figures').write_text(
            f'[renderer]\nat_us={now_us}\ndone=3\nfailed=1\nfailed_at_us={now_us - int(failed_s_ago * 1e6)}\n')
        return control(daemon, {'command': 'check'})['problems']

    with Daemon() as daemon:
        assert problems(daemon, 60) == ['renderings failed in the last 10 minutes: archive/*.failed says why']
        assert problems(daemon, 601) == []


REFUSED = 'the store does not take what it is told about sessions'
BUSY_S = 1.5  # the hall waits 2 s for its database


def test_check_counts_refusals():
    """what the hall is just being told is no fault; what it has refused is, until it has taken it"""
    with Daemon() as daemon:
        def problems():
            return control(daemon, {'command': 'check'})['problems']

        page = citizen(daemon)
        take_ticket(page)
        with locked(daemon):
            begun = time.monotonic()
            page.cut()  # the hall is told that the page is away
            early = problems()
            assert REFUSED not in early or time.monotonic() - begun > BUSY_S, early
            until(lambda: REFUSED in problems(), 'the refusal is seen')
            assert b'shipinban_reports_waiting 1\n' in daemon.http('GET', '/metrics')[2]
        until(lambda: REFUSED not in problems(), 'the hall has taken it')


def test_stuck_owner():
    """who holds the control socket and answers nobody is found at the start, and not waited for"""
    with contextlib.ExitStack() as held:
        daemon = Daemon()
        path = daemon.folder / 'control.sock'
        door = held.enter_context(socket.socket(socket.AF_UNIX))
        door.bind(str(path))
        door.listen(0)
        for _ in range(QUEUE_MAX):
            guest = held.enter_context(socket.socket(socket.AF_UNIX))
            guest.setblocking(False)
            if guest.connect_ex(str(path)):
                break
        daemon.write_config()
        done = subprocess.run([os.environ['SHIPINBAN'], '--config', str(daemon.folder / 'shipinban.conf')],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and 'another daemon' in done.stderr, done
        daemon.__exit__(None, None, None)


def test_used_wrongly():
    """unknown commands end with 2 and the usage; a door that is used badly is closed and harms nobody"""
    with Daemon() as daemon:
        for args in ((), ('nonsense',), ('end',), ('end', 'x' * 20000), ('drain', 'soon'), ('status', 'x'),
                     ('drain', '86400001'), ('drain', '9223372036854775808'), ('drain', '99999999999999999999')):
            code, _, errors = ctl(daemon, *args)
            assert code == 2 and 'Usage:' in errors, (args, code, errors)
        assert '86400000' in ctl(daemon, 'drain', '99999999999999999999')[2]
        for after_ms in (b'-1', b'86400001', b'9223372036854775807'):
            assert 'out of bounds' in json.loads(raw(daemon, b'{"command":"drain","after_ms":%s}\n' % after_ms))['error']
        assert json.loads(raw(daemon, b'no json\n'))['error'] == 'no such command'
        assert json.loads(raw(daemon, b'{"command": 7}\n'))['error'] == 'no such command'
        try:
            assert raw(daemon, b'x' * 4096) == b''
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert asked(daemon, 'status')['state'] == 'ok'


def test_busy():
    """who opens the door and says nothing keeps others out for some seconds alone, and they are told why"""
    with Daemon() as daemon, contextlib.ExitStack() as stack:
        idle = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(8)]
        for door in idle:
            door.settimeout(30)
            door.connect(str(daemon.folder / 'control.sock'))
        code, _, errors = ctl(daemon, 'status')
        assert code == 1 and 'busy' in errors, (code, errors)
        assert [door.recv(100) for door in idle] == [b''] * 8
        assert asked(daemon, 'status')['state'] == 'ok'


def test_two_daemons():
    """a second daemon does not take the first one's socket; what a dead one left is replaced"""
    with Daemon() as daemon:
        other = Daemon({'server': {'control': str(daemon.folder / 'control.sock')}})
        other.write_config()
        done = subprocess.run([os.environ['SHIPINBAN'], '--config', str(other.folder / 'shipinban.conf')],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and '[server] control: ' in done.stderr and 'another daemon' in done.stderr
        other.__exit__(None, None, None)
        daemon.kill()
        daemon.start()
        assert asked(daemon, 'status')['state'] == 'ok'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
