"""Connection checks: own media through the server and back, a code for what was found, and its limits."""
import sys

from lib import tap
from lib.call import until
from lib.daemon import Daemon
from lib.media import Media

REPORT = {'camera': 'ok', 'microphone': 'denied', 'speaker': 'heard', 'ways': {'socket': 'ok', 'udp': 'failed', 'tcp': 'ok'},
          'loop': {'rtt_ms': 31, 'loss_permille': 0, 'up_kbps': 640, 'down_kbps': 640}}
AT_A_TIME = 8
OFFERS = 8


class Check:
    """A check of the daemon, as a page is for Media."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.id = None

    def request(self, _, d):
        body = {'sdp': d['sdp']} | ({'diag': self.id} if self.id else {})
        answer = self.daemon.json('POST', '/api/v1/diag', body, expect=201)
        self.id = answer['diag']
        return answer


def test_own_media_comes_back():
    """what the page sends comes back to it; the report gets a code that staff can look up, and a citizen cannot"""
    with Daemon() as daemon:
        check = Check(daemon)
        with Media(check) as media:
            until(media.received, 'its own media')
            code = daemon.json('POST', f'/api/v1/diag/{check.id}', REPORT | {'name': 'not kept'}, expect=201)['code']
        assert len(code) == 7 and code.isdigit()
        for staff in ('3002', '6001'):
            found = daemon.json('GET', f'/api/v1/diag/{code}', token=daemon.login(staff))
            assert found['report'] == REPORT, found
        daemon.json('GET', f'/api/v1/diag/{code}', token=daemon.guest(), expect=403)
        wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
        assert daemon.json('GET', f'/api/v1/diag/{wrong}', token=daemon.login('3002'), expect=404)['e']['code'] == 'diag.unknown'
        daemon.json('POST', f'/api/v1/diag/{check.id}', REPORT, expect=404)


def test_limits():
    """so many checks at a time, so many offers of one, and nothing in a report that nobody asked for"""
    with Daemon() as daemon:
        checks = [Check(daemon) for _ in range(AT_A_TIME)]
        peers = [Media(check, secured=False) for check in checks]
        for peer in peers:
            peer.stop()
        offer = {'sdp': peers[0].offer}
        assert daemon.json('POST', '/api/v1/diag', offer, expect=503)['e']['code'] == 'server.busy'
        for _ in range(OFFERS - 1):
            checks[0].request('', offer)
        assert daemon.json('POST', '/api/v1/diag', offer | {'diag': checks[0].id}, expect=429)['e']['code'] == 'media.limit'
        daemon.json('POST', f'/api/v1/diag/{checks[0].id}', REPORT | {'camera': 'my name'}, expect=400)
        daemon.json('POST', f'/api/v1/diag/{checks[0].id}', REPORT | {'loop': {'rtt_ms': -1}}, expect=400)
        daemon.json('POST', f'/api/v1/diag/{checks[0].id}', REPORT, expect=201)
        Check(daemon).request('', offer)


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
