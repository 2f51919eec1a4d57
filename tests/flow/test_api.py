"""Sessions that an integrator opens, claim codes, invitations."""
import contextlib
import json
import sys

from lib import tap
from lib.call import call, journal, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import Page
from lib.store import connect, locked, without


def opened(daemon, **more):
    answer = daemon.json('POST', '/api/v1/sessions', {'matter': 'SB01', **more}, daemon.api_key(), expect=201)
    return answer['session'], {p['role']: p for p in answer['participants']}


def claim(daemon, code, expect=200):
    return daemon.json('POST', '/api/v1/claim', {'claim': code}, expect=expect)


def status(daemon, session):
    return daemon.json('GET', f'/api/v1/sessions/{session}', token=daemon.api_key())


def test_session_of_the_api():
    """both claim their tokens, say hello, the session starts, is recorded and ends"""
    with Daemon({'server': {'public_url': 'https://example.org'}}) as daemon:
        session, people = opened(daemon)
        assert people['citizen']['url'].startswith('https://example.org/#claim=')
        assert people['clerk']['url'].startswith('https://example.org/clerk#claim=')
        code = people['citizen']['url'].split('=')[1]
        claimed = claim(daemon, code)
        assert claimed['role'] == 'citizen' and claimed['session'] == session
        assert claim(daemon, code, expect=401)['e']['code'] == 'auth.bad_token'
        person = Page(daemon, claimed['token'])
        assert person.welcome['snapshot']['session']['state'] == 'gathering'
        assert person.welcome['me']['participant'] == people['citizen']['participant']
        assert person.refused('media.offer', {'sdp': 'v=0\r\n', 'offer_id': 1}) == 'session.none'
        assert person.refused('chat.send', {'text': '有人吗'}) == 'session.state'
        assert person.refused('ticket.create', {'matter': 'SB01', 'notice_sha256': daemon.notice()}) == 'auth.role'
        assert {person.refused(f'ticket.{name}') for name in ('cancel', 'requeue', 'accept')} == {'auth.role'}
        desk = Page(daemon, people['clerk']['token'])
        started = person.event('session.started')['session']
        assert {p['role'] for p in started['participants']} == {'citizen', 'clerk'} and started['id'] == session
        with Media(person) as voice, Media(desk):
            person.event('session.state', lambda d: d['state'] == 'active')
            until(voice.received, 'media')
            assert status(daemon, session)['state'] == 'active'
            assert desk.refused('ticket.next') == 'window.none'
            desk.request('session.end')
            assert person.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'hangup_clerk'
        ended = until(lambda: (s := status(daemon, session))['state'] == 'ended' and s, 'the end in the hall')
        assert ended['end_reason'] == 'hangup_clerk' and ended['ended_at'] >= ended['started_at']


def test_unknown_matter():
    """a matter that does not exist opens nothing"""
    with Daemon() as daemon:
        answer = daemon.json('POST', '/api/v1/sessions', {'matter': 'XX99'}, daemon.api_key(), expect=404)
        assert answer['e']['code'] == 'matter.unknown'
        answer = daemon.json('POST', '/api/v1/sessions', {'matter': 7}, daemon.api_key(), expect=400)
        assert answer['e']['code'] == 'proto.params'


def test_unrecorded():
    """a session that nobody wants recorded has no journal, and says so; a matter that must be recorded refuses"""
    with Daemon() as daemon:
        matters = {m['recording']: m['code'] for m in daemon.json('GET', '/api/v1/matters')['matters']}
        body = {'matter': matters[True], 'recording': False}
        answer = daemon.json('POST', '/api/v1/sessions', body, daemon.api_key(), expect=400)
        assert answer['e']['code'] == 'recording.required'
        states = {}
        for recording in (True, False):
            body = {'matter': matters[False], 'recording': recording}
            answer = daemon.json('POST', '/api/v1/sessions', body, daemon.api_key(), expect=201)
            session, people = answer['session'], {p['role']: p for p in answer['participants']}
            person = Page(daemon, people['citizen']['token'])
            states[recording] = person.welcome['snapshot']['session']['recording']['state']
        assert states == {True: 'preparing', False: 'off'}
        desk = Page(daemon, people['clerk']['token'])
        assert person.event('session.started')['session']['recording'] == {'state': 'off'}
        auditor = daemon.login('6001')
        assert daemon.json('GET', '/api/v1/recordings', token=auditor)['total'] == 0, 'none has begun'
        with Media(person), Media(desk):
            person.event('session.state', lambda d: d['state'] == 'active')
            rows = until(lambda: daemon.json('GET', '/api/v1/recordings', token=auditor)['recordings'], 'the list')
            assert [(row['session'], row['state']) for row in rows] == [(session, 'none')]
            assert not (daemon.folder / 'spool' / session).exists()
            desk.request('session.end')


def test_helper_is_invited():
    """a helper comes by invitation, is seen and heard by both, goes, and the session goes on"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        invitation = desk.request('session.invite', {'role': 'helper'})
        assert invitation['url'].endswith(invitation['token'])
        helper = Page(daemon, claim(daemon, invitation['token'])['token'])
        me = helper.welcome['me']['participant']
        joined = person.event('session.participant', lambda d: d['change'] == 'joined')['participant']
        assert joined['id'] == me and joined['role'] == 'helper'
        with Media(helper) as third:
            slots = person.event('media.slots', lambda d: [s for s in d['slots'] if s['participant'] == me
                                                           and s['state'] == 'active'])['slots']
            pairs = [s['participant'] for s in slots if s['source'] == 'camera']
            assert len(pairs) == 2 and pairs[1] == me, 'who was there keeps the place'
            until(third.received, 'media for the helper')
            assert helper.refused('session.hold', {'reason': 'x'}) == 'auth.role'
            assert helper.request('chat.send', {'text': '我在'})['id'] == person.event('chat.message')['id']
            assert helper.request('session.end') == {}
            left = person.event('session.participant', lambda d: d['change'] == 'left')['participant']
            assert left['id'] == me and left['state'] == 'left'
            ended = helper.event('session.state', lambda d: d['state'] == 'ended')
            assert ended['reason'] == 'hangup_helper' and ended['ended_by'] == me
            assert helper.refused('session.end') == 'session.none'
        assert claim(daemon, invitation['token'], expect=401)
        assert desk.request('chat.send', {'text': '继续'})
        labels = until(lambda: [f['LABEL'] for kind, f in journal(daemon, session['id'])
                                if kind == 'participant.joined'][2:], 'the helper in the journal')
        assert labels == ['帮办人员']


def test_codes_that_cannot_be_written():
    """the store takes no code: neither a session nor an invitation is promised, and what was begun is undone"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        with without(daemon, 'claim'):
            said = daemon.json('POST', '/api/v1/sessions', {'matter': 'SB01'}, daemon.api_key(), expect=503)
            assert said['e']['code'] == 'store.failed', said
            assert desk.refused('session.invite', {'role': 'helper'}) == 'store.failed'
        with contextlib.closing(connect(daemon)) as rows:
            ended = "SELECT end_reason, end_phase FROM session WHERE ticket = '' AND state = 'ended'"
            assert until(lambda: rows.execute(ended).fetchall(), 'the end') == [('closed', 'gathering')]
        opened(daemon)
        assert claim(daemon, desk.request('session.invite', {'role': 'helper'})['token'])


def test_claimed_by_nobody():
    """whoever claims and goes before the answer has not used the code up, also after a restart"""
    with Daemon() as daemon:
        session, people = opened(daemon)
        code = people['citizen']['url'].split('=')[1]
        with locked(daemon):
            leaving = daemon.asked('POST', '/api/v1/claim', {'claim': code})
            until(lambda: daemon.http('POST', '/api/v1/claim', {'claim': code})[0] == 401, 'the code in use')
            leaving.close()
            daemon.http('GET', '/healthz')  # by then the server has seen the other one go
        for _ in range(2):
            status(daemon, session)  # the hall answers in order: behind the code's way out, and back
        daemon.kill()
        daemon.start()
        assert claim(daemon, code)['role'] == 'citizen'
        assert claim(daemon, code, expect=401)


def test_session_is_full():
    """five people are in a session; the sixth is told"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        for number in range(3):
            code = desk.request('session.invite', {'role': 'helper'})['token']
            assert 'session' in Page(daemon, claim(daemon, code)['token']).welcome['snapshot']
            person.event('session.participant', lambda d: d['change'] == 'joined')
        code = desk.request('session.invite', {'role': 'helper'})['token']
        late = Page(daemon, claim(daemon, code)['token'], hello=False)
        assert late.refused('hello', {'token': late.token}) == 'session.full'
        assert late.close_code() == 4401


def test_media_never_comes():
    """both are there and no media comes: the session ends by itself, and its tokens open nothing more"""
    with Daemon({'hall': {'connect_ms': '700'}}) as daemon:
        session, people = opened(daemon)
        person, desk = Page(daemon, people['citizen']['token']), Page(daemon, people['clerk']['token'])
        person.event('session.started')
        for page in (person, desk):
            assert page.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'no_offer'
        until(lambda: status(daemon, session)['state'] == 'ended', 'the end in the hall')
        late = Page(daemon, people['clerk']['token'])
        assert 'session' not in late.welcome['snapshot']
        assert late.refused('session.end') == 'session.none'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
