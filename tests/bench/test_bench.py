"""The load tool against real servers, shortly: every payload arrives whole and from its sender. How fast is not asked here."""
import pathlib
import sys

from servers import Direct, Janus, Shipinban, load

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'flow'))
from lib import tap  # noqa: E402

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
    """sessions that come and go leave no session, peer or socket behind"""
    with Shipinban(recorded=False) as server:
        code, text, _ = load(server, 'churn', '--sessions', 120, '--parallel', 6, '--any-memory', timeout=100)
        assert code == 0, text


def test_janus():
    """the same load joins Janus, where it is installed"""
    if Janus.is_there():
        with Janus(recorded=True) as server:
            arrived(server)
            assert any((server.folder / 'recordings').iterdir()), 'a recording'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
