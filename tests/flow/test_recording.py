"""A matter that must be recorded has no session without its recording."""
import os
import re
import shutil
import subprocess
import sys

from lib import tap
from lib.call import enter, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import Refused, citizen, clerk


def refused_entry(daemon, matter):
    """(citizen, clerk, error) of an entry that must fail."""
    person, desk = citizen(daemon), clerk(daemon)
    try:
        enter(daemon, person, desk, matter)
    except Refused as refusal:
        return person, desk, refusal.error
    raise AssertionError('the session began')


def keeps_its_place(person, desk):
    ticket = person.event('queue.position', lambda d: d['ticket']['state'] == 'WAITING')['ticket']
    assert ticket['ahead'] == 0
    desk.event('window.state', lambda d: d['window']['state'] != 'busy')
    return ticket


def test_disk_is_full():
    """below the reserve ticket.accept answers recording.unavailable, and the ticket keeps its place"""
    with Daemon({'recorder': {'reserve_mib': '104857600'}}) as daemon:
        person, desk, error = refused_entry(daemon, 'SB02')
        assert error['code'] == 'recording.unavailable' and error['retry_ms'] > 0
        keeps_its_place(person, desk)
        assert daemon.json('GET', '/healthz')['sessions'] == 0


def test_spool_is_gone():
    """a spool that cannot be written: no session goes on that must be recorded, and the ticket keeps its place"""
    with Daemon() as daemon:
        spool = daemon.folder / 'spool'
        shutil.rmtree(spool)
        spool.write_text('no folder')
        person, desk = citizen(daemon), clerk(daemon)
        try:
            enter(daemon, person, desk, 'SB02')
        except Refused as refusal:
            assert refusal.code == 'recording.unavailable'
        else:  # it is told a moment later, as soon as the first byte is refused
            assert person.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'recording_failed'
        ticket = keeps_its_place(person, desk)
        assert ticket['matter']['code'] == 'SB02'
        failed = re.findall(r'shipinban_recordings_failed_total\{cause="[a-z_]+"\} (\d+)', daemon.http('GET', '/metrics')[2].decode())
        assert len(failed) == 3 and sum(map(int, failed)) >= 1, failed
        check = subprocess.run([os.environ['SHIPINBANCTL'], '--config', str(daemon.folder / 'shipinban.conf'), 'check'],
                               capture_output=True, text=True, timeout=60)
        assert check.returncode == 1 and 'the last recording that was tried failed' in check.stdout, check


def test_consultation_goes_on():
    """a matter that need not be recorded is served without, and both sides are told"""
    with Daemon({'recorder': {'reserve_mib': '104857600'}}) as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        session = enter(daemon, person, desk, 'SB01')
        assert session['recording'] == {'state': 'unavailable'}
        assert desk.event('session.started')['session']['recording'] == {'state': 'unavailable'}
        with Media(person) as voice, Media(desk):
            person.event('session.state', lambda d: d['state'] == 'active')
            until(voice.received, 'media')
            assert desk.refused('recording.mark', {'label': 'x'}) == 'recording.unavailable'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
