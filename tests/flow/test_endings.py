"""A call that does not come about says why: to the pages, in the log, in the figures and in what is kept of it."""
import contextlib
import re
import sys

from lib import tap
from lib.call import enter, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import Page, citizen, clerk
from lib.store import connect
from lib.whip import offer_of

CONNECT = {'hall': {'connect_ms': '3000'}}


def kept(daemon, session):
    told = daemon.json('GET', f'/api/v1/sessions/{session}', token=daemon.api_key())
    return told if told['state'] == 'ended' else None


def ended(daemon, page, session, reason, phase='connecting', role='citizen'):
    """Everywhere that somebody looks: who it concerns is `role`."""
    end = page.event('session.state', lambda d: d['state'] == 'ended')
    assert (end['reason'], end['phase']) == (reason, phase), end
    lines = [line for line in daemon.log().splitlines() if f'reason={reason}' in line]
    assert len(lines) == 1, lines
    assert re.search(rf' warning +session: ended while {phase} session={session} participant={end["party"]} reason=', lines[0]), lines
    figure = f'shipinban_sessions_ended_total{{reason="{reason}",phase="{phase}"}} 1\n'
    assert figure in daemon.http('GET', '/metrics')[2].decode(), figure
    told = until(lambda: kept(daemon, session), 'the end in the hall')
    assert (told['end_reason'], told['end_phase']) == (reason, phase), told
    with contextlib.closing(connect(daemon)) as rows:
        failed = "SELECT detail FROM audit WHERE action = 'session.failed' AND object = ?"
        assert until(lambda: rows.execute(failed, (session,)).fetchall(), 'the trail') == \
            [(f'reason={reason} phase={phase} party={role}',)]


@contextlib.contextmanager
def connecting():
    """(daemon, citizen, clerk, session); the clerk's media is well."""
    with Daemon(CONNECT) as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        session = enter(daemon, person, desk)
        desk.event('session.started')
        with Media(desk):
            yield daemon, person, desk, session['id']


def test_no_common_codec():
    """the citizen's browser has no voice and no picture that anybody knows"""
    with connecting() as (daemon, person, desk, session):
        offer = offer_of('sendonly').replace('opus/48000', 'fax/48000').replace('VP8/90000', 'VP7/90000')
        assert person.refused('media.offer', {'sdp': offer, 'offer_id': 1}) == 'media.no_common_codec'
        ended(daemon, person, session, 'no_common_codec')


def test_dtls_failed():
    """checks arrive, and the certificate is not the one that the offer names"""
    def other_certificate(offer):
        return re.sub(r'sha-256 \S+', 'sha-256 ' + ':'.join(['5A'] * 32), offer)

    with connecting() as (daemon, person, desk, session), Media(person, change=other_certificate, secured=False):
        ended(daemon, desk, session, 'dtls_failed')


def test_media_timeout():
    """connected and secured, and not a packet of voice or picture"""
    with connecting() as (daemon, person, desk, session), Media(person, silent=True):
        ended(daemon, desk, session, 'media_timeout')


def test_nobody_came():
    """half an hour after a session was opened the clerk has not come; half of it the daemon was not there"""
    with Daemon() as daemon:
        opened = daemon.json('POST', '/api/v1/sessions', {'matter': 'SB01'}, daemon.api_key(), expect=201)
        session, people = opened['session'], {p['role']: p for p in opened['participants']}
        person = Page(daemon, people['citizen']['token'])
        assert person.welcome['snapshot']['session']['state'] == 'gathering'
        for _ in range(2):  # the hall answers in order: it knows who is there
            daemon.json('GET', f'/api/v1/sessions/{session}', token=daemon.api_key())
        daemon.kill()
        with contextlib.closing(connect(daemon)) as rows:
            # five seconds short of it: the page hears of the end itself
            rows.execute('UPDATE session SET created_at_us = created_at_us - 1795 * 1000000 WHERE id = ?', (session,))
        daemon.start()
        assert person.resume()['snapshot']['session']['state'] == 'gathering'
        ended(daemon, person, session, 'nobody_came', 'gathering', 'clerk')


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
