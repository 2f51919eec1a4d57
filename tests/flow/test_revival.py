"""kill -9 in mid-call: the daemon comes back and the call goes on."""
import contextlib
import hashlib
import json
import os
import subprocess
import sys

from lib import child, tap
from lib.call import call as active_call, enter, journal, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import Page, citizen, clerk, take_ticket
from lib.store import refusing


def voices_are_durable(daemon, session):
    """Whether the disk has something of both: two chains came after the second one began."""
    kinds = [kind for kind, _ in journal(daemon, session)]
    heard = [index for index, kind in enumerate(kinds) if kind == 'media.codec']
    return len(heard) >= 2 and kinds[heard[1]:].count('chain') >= 2


@contextlib.contextmanager
def call(daemon):
    """A call that the hall has as running, with both voices in the journal."""
    with active_call(daemon) as (person, desk, voice, answer, session):
        person.event('ticket.updated', lambda d: d['ticket']['state'] == 'IN_SESSION')
        until(lambda: voices_are_durable(daemon, session['id']), 'voices in the journal')
        yield person, desk, voice, answer, session


def crash(daemon, *medias):
    """The daemon dies and is started again; what sent into it sends no more."""
    daemon.kill()
    for media in medias:
        media.stop()
    daemon.start()


def come_back(page):
    """The page as it is, with the key that it had."""
    welcome = page.resume()
    assert welcome['resumed'] and welcome['revived'], welcome
    assert 'snapshot' in welcome
    page.event('media.restart')
    return welcome['snapshot']


def both_ways(voice, answer):
    for media in (voice, answer):
        media.received()  # counts from here on
        until(lambda: media.received() > 2, 'packets of the other side')


def told(daemon, session):
    return daemon.json('GET', f'/api/v1/sessions/{session}', token=daemon.api_key())


def figures(daemon):
    status, _, text = daemon.http('GET', '/metrics')
    assert status == 200, status
    return text.decode()


def events(daemon, session, name):
    return [fields for kind, fields in journal(daemon, session) if kind == name]


@contextlib.contextmanager
def recorder(daemon):
    renderer = child.start([os.environ['SHIPINBAN_RECORDER'], '--config', str(daemon.folder / 'shipinban.conf')],
                           stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        renderer.terminate()
        renderer.wait(30)


def rendering(daemon, session):
    folder = daemon.folder / 'archive' / session
    until(lambda: (folder / 'manifest.json').exists(), 'the rendering', timeout=60)
    return folder, json.loads((folder / 'timeline.json').read_text()), json.loads((folder / 'manifest.json').read_text())


def sums_hold(folder):
    for line in (folder / 'SHA256SUMS').read_text().splitlines():
        sha256, name = line.split('  ', 1)
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256, name


def test_call_goes_on():
    """both come back with the key they had: same session, same ticket, same journal, media both ways, one rendering"""
    with Daemon() as daemon, recorder(daemon), call(daemon) as (person, desk, voice, answer, session):
        crash(daemon, voice, answer)
        seen = come_back(person)
        assert seen['session']['id'] == session['id'] and seen['session']['state'] == 'active'
        assert seen['ticket']['id'] == session['ticket'] and seen['ticket']['state'] == 'RECONNECTING'
        assert {one['id'] for one in seen['session']['participants']} == {one['id'] for one in session['participants']}
        console = come_back(desk)
        assert console['window']['ticket']['id'] == session['ticket'] and console['window']['state'] == 'busy'
        with Media(person, 1001) as voice, Media(desk, 1001) as answer:
            person.event('ticket.updated', lambda d: d['ticket']['state'] == 'IN_SESSION')
            both_ways(voice, answer)
            desk.request('chat.send', {'text': '接着说'})
            person.request('session.end')
        assert sorted(p.name for p in (daemon.folder / 'spool' / session['id']).glob('*.pcapng')) == \
            ['0001.pcapng', '0002.pcapng'] or (daemon.folder / 'archive' / session['id']).exists()
        folder, timeline, manifest = rendering(daemon, session['id'])
        assert [part['chain_ok'] for part in manifest['journal']] == [True, True] and manifest['clean_end']
        sums_hold(folder)
        gaps = [gap for gap in timeline['gaps'] if gap['cause'] == 'RESTART' and gap['source'] == 'mic']
        assert len(gaps) == 2 and all(gap['end_ms'] > gap['start_ms'] for gap in gaps), timeline['gaps']
        assert {gap['participant'] for gap in gaps} == {one['id'] for one in session['participants']}
        assert not [gap for gap in timeline['gaps'] if gap['cause'] == 'NETWORK'], timeline['gaps']
        assert timeline['end_reason'] == 'hangup_citizen'
        for gap in gaps:
            leg = next(leg for leg in timeline['legs'] if leg['participant'] == gap['participant'])
            assert leg['start_ms'] < gap['start_ms'] and gap['end_ms'] < leg['end_ms'], (leg, gap)
        assert len([leg for leg in timeline['legs'] if leg['participant'] == gaps[0]['participant']]) == 1


def test_torn_tail():
    """a block that was cut in two stays as it is, and the next segment says how long it is: nothing can be taken away"""
    with Daemon({'hall': {'citizen_lost_ms': '1000', 'clerk_lost_ms': '1000'}}) as daemon, \
            call(daemon) as (person, desk, voice, answer, session):
        daemon.kill()
        voice.stop()
        answer.stop()
        first = daemon.folder / 'spool' / session['id'] / '0001.pcapng'
        with open(first, 'ab') as out:
            out.write(bytes([6, 0, 0, 0, 200, 0, 0, 0, 1]))
        daemon.start()
        starts = until(lambda: len(found := events(daemon, session['id'], 'segment.start')) == 2 and found, 'a segment')
        assert starts[1]['PREVIOUS_BYTES'] == str(first.stat().st_size)
        assert starts[1]['PREVIOUS_SHA256'] == hashlib.sha256(first.read_bytes()).hexdigest()
        torn = int(starts[1]['PREVIOUS_TORN_BYTES'])
        assert torn >= 9
        with recorder(daemon):
            parts = rendering(daemon, session['id'])[2]['journal']
        assert parts[0]['torn_bytes'] == torn and [part['chain_ok'] for part in parts] == [True, True]


def test_token_alone():
    """a page that lost its key takes its seat with the token, and the other one hears of it"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        crash(daemon, voice, answer)
        fresh = Page(daemon, person.token)
        assert not fresh.welcome['resumed'] and fresh.welcome['snapshot']['session']['id'] == session['id']
        come_back(desk)
        with Media(fresh) as voice, Media(desk, 1001) as answer:
            fresh.event('ticket.updated', lambda d: d['ticket']['state'] == 'IN_SESSION')
            both_ways(voice, answer)
            fresh.request('session.end')


def test_wrong_key():
    """whoever knows a sid and not its key resumes nothing"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        crash(daemon, voice, answer)
        key, person.key = person.key, person.sid
        assert not person.resume()['resumed']
        assert person.key != key


def test_twice():
    """killed twice: the third segment, the second revival"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        for round_no in (1, 2):
            crash(daemon, voice, answer)
            come_back(person)
            come_back(desk)
            voice, answer = Media(person, 1000 + round_no), Media(desk, 1000 + round_no)
            person.event('ticket.updated', lambda d: d['ticket']['state'] == 'IN_SESSION')
            both_ways(voice, answer)
            until(lambda: len(events(daemon, session['id'], 'media.codec')) >= 2 + 2 * round_no, 'voices in the journal')
        assert [fields['RUN'] for fields in events(daemon, session['id'], 'session.revived')] == ['1', '2']
        tags = [fields['TAG'] for fields in events(daemon, session['id'], 'peer.open')]
        assert len(tags) == 6 and len(set(tags)) == 6, tags
        assert len(list((daemon.folder / 'spool' / session['id']).glob('*.pcapng'))) == 3
        for media in (voice, answer):
            media.stop()


def test_in_hold():
    """a hold stays one, with its reason; resumed, the ticket is in session again"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        desk.request('session.hold', {'reason': '查询资料'})
        person.event('ticket.updated', lambda d: d['ticket']['state'] == 'HELD')
        crash(daemon, voice, answer)
        seen = come_back(person)['session']
        assert seen['state'] == 'held' and seen['reason'] == '查询资料'
        come_back(desk)
        with Media(person, 1001) as voice, Media(desk, 1001) as answer:
            person.event('ticket.updated', lambda d: d['ticket']['state'] == 'HELD')
            assert answer.received() == 0, 'a held citizen was heard'
            desk.request('session.resume')
            person.event('ticket.updated', lambda d: d['ticket']['state'] == 'IN_SESSION')
            both_ways(voice, answer)


def test_while_connecting():
    """a call that was still connecting connects"""
    with Daemon() as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        session = enter(daemon, person, desk)
        desk.event('session.started')
        until(lambda: 'hall' in daemon.log(), 'the log')
        desk.request('queue.subscribe')  # answered in order: the people were written before
        crash(daemon)
        seen = come_back(person)
        assert seen['session']['id'] == session['id'] and seen['session']['state'] == 'connecting'
        assert seen['ticket']['state'] == 'CONNECTING'
        come_back(desk)
        with Media(person, 1001) as voice, Media(desk, 1001) as answer:
            person.event('session.state', lambda d: d['state'] == 'active')
            person.event('ticket.updated', lambda d: d['ticket']['state'] == 'IN_SESSION')
            both_ways(voice, answer)


def test_one_comes_back():
    """the clerk alone comes back: after the citizen's time the session ends, lost_citizen, and is wrapped up"""
    with Daemon({'hall': {'citizen_lost_ms': '1500'}}) as daemon, call(daemon) as (person, desk, voice, answer, session):
        crash(daemon, voice, answer)
        come_back(desk)
        with Media(desk, 1001):
            ended = desk.event('session.state', lambda d: d['state'] == 'ended')
            assert ended['reason'] == 'lost_citizen', ended
            desk.event('ticket.updated', lambda d: d['ticket']['state'] == 'WRAP_UP')


def test_nobody_comes_back():
    """nobody comes back: server_restart, the ticket back in the queue, the window free, the recording rendered"""
    with Daemon({'hall': {'citizen_lost_ms': '1000', 'clerk_lost_ms': '1000'}}) as daemon, recorder(daemon), \
            call(daemon) as (person, desk, voice, answer, session):
        crash(daemon, voice, answer)
        over = until(lambda: (now := told(daemon, session['id']))['state'] == 'ended' and now, 'the end')
        assert over['end_reason'] == 'server_restart'
        assert {one['id'] for one in over['participants']} == {one['id'] for one in session['participants']}
        person = Page(daemon, person.token)
        assert person.welcome['snapshot']['ticket']['state'] == 'WAITING'
        desk = Page(daemon, desk.token)
        assert desk.welcome['snapshot']['window']['state'] == 'not_ready'
        _, timeline, manifest = rendering(daemon, session['id'])
        assert timeline['end_reason'] == 'server_restart' and manifest['clean_end']


def test_away_for_too_long():
    """a daemon that was away for longer than revive_ms ends what ran, and its journal is rendered at once"""
    with Daemon({'hall': {'revive_ms': '1'}}) as daemon, call(daemon) as (person, desk, voice, answer, session):
        crash(daemon, voice, answer)
        over = told(daemon, session['id'])
        assert (over['end_reason'], over['end_phase']) == ('server_restart', 'active'), over
        line = next(line for line in daemon.log().splitlines() if 'reason=server_restart' in line)
        assert f'session={session["id"]}' in line and 'ended while active' in line and 'warning' in line, line
        assert 'shipinban_sessions_ended_total{reason="server_restart",phase="active"} 1\n' in figures(daemon)
        assert not person.resume()['resumed']
        assert (daemon.folder / 'spool' / session['id'] / 'orphan').exists()
        with recorder(daemon):
            assert rendering(daemon, session['id'])[1]['end_reason'] == 'server_restart'


def test_daemon_never_comes_back():
    """the recorder waits for as long as a daemon may be away, then renders what there is"""
    with Daemon({'hall': {'revive_ms': '1500'}}) as daemon, recorder(daemon), \
            call(daemon) as (person, desk, voice, answer, session):
        voice.stop()
        answer.stop()
        daemon.kill()
        _, timeline, manifest = rendering(daemon, session['id'])
        assert timeline['end_reason'] == 'server_restart' and not manifest['clean_end']
        daemon.start()


def opened(daemon, **more):
    return daemon.json('POST', '/api/v1/sessions', {'matter': 'SB01', **more}, token=daemon.api_key(), expect=201)


def test_api_session():
    """a session of the API: its claims open after a restart, once; it gathers on, runs on, and stays unrecorded"""
    with Daemon() as daemon:
        made = opened(daemon, recording=False)
        claims = {one['role']: one['url'].split('claim=')[1] for one in made['participants']}
        token = daemon.json('POST', '/api/v1/claim', {'claim': claims['citizen']})['token']
        person = Page(daemon, token)
        assert person.welcome['snapshot']['session']['state'] == 'gathering'
        told(daemon, made['session'])  # the page is written in the hall's turn before this one's
        told(daemon, made['session'])
        crash(daemon)
        welcome = person.resume()
        assert welcome['revived'] and welcome['snapshot']['session']['state'] == 'gathering'
        daemon.json('POST', '/api/v1/claim', {'claim': claims['citizen']}, expect=401)
        desk = Page(daemon, daemon.json('POST', '/api/v1/claim', {'claim': claims['clerk']})['token'])
        daemon.json('POST', '/api/v1/claim', {'claim': claims['clerk']}, expect=401)
        person.event('session.started')
        voice, answer = Media(person), Media(desk)
        person.event('session.state', lambda d: d['state'] == 'active')
        until(lambda: told(daemon, made['session'])['state'] == 'active', 'the start')
        crash(daemon, voice, answer)
        assert come_back(person)['session']['state'] == 'active'
        come_back(desk)
        with Media(person, 1001) as voice, Media(desk, 1001) as answer:
            both_ways(voice, answer)
            desk.request('session.end')
        assert not (daemon.folder / 'spool' / made['session']).exists()
        over = until(lambda: (now := told(daemon, made['session']))['state'] == 'ended' and now, 'the end')
        assert over['end_reason'] == 'hangup_clerk' and len(over['participants']) == 2


def test_invitation():
    """an invitation from before the crash lets its helper in, once"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        code = desk.request('session.invite', {'role': 'helper'})['token']
        crash(daemon, voice, answer)
        come_back(person)
        come_back(desk)
        helper = Page(daemon, daemon.json('POST', '/api/v1/claim', {'claim': code})['token'])
        assert helper.welcome['snapshot']['session']['id'] == session['id']
        assert person.event('session.participant', lambda d: d['change'] == 'joined')['participant']['role'] == 'helper'
        daemon.json('POST', '/api/v1/claim', {'claim': code}, expect=401)


def test_back_is_said_until_written():
    """the store refuses that a party is back: it is said again, and the call does not end when the time is over"""
    with Daemon({'media': {'media_timeout_ms': '500'}, 'hall': {'citizen_lost_ms': '4000'}}) as daemon, \
            call(daemon) as (person, desk, voice, answer, session):
        voice.quiet()
        person.event('ticket.updated', lambda d: d['ticket']['state'] == 'RECONNECTING')
        with refusing(daemon, 'session.back'):
            voice.speak()
            desk.event('session.participant', lambda d: d['change'] == 'back')
            line = until(lambda: next((line for line in daemon.log().splitlines() if 'did not take how it stands' in line), None),
                         'the refusal')
            assert line.endswith(f'session={session["id"]}'), line
        person.event('ticket.updated', lambda d: d['ticket']['state'] == 'IN_SESSION')


def ringing(daemon, person, desk):
    ticket = take_ticket(person)
    assert desk.request('ticket.next')['ticket']['id'] == ticket['id']
    told = person.event('ticket.called')
    assert told['window']['no'] == desk.welcome['me']['window']
    return told


def test_rings_on():
    """killed while the phone rings: it rings anew at the same window, and 进入 is 进入"""
    with Daemon() as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        called = ringing(daemon, person, desk)
        crash(daemon)
        seen = person.resume()['snapshot']
        assert seen['ticket']['state'] == 'CALLED' and seen['ticket']['window'] == called['window']['no'], seen
        assert seen['ticket']['deadline_at'] > called['deadline_at']
        console = desk.resume()['snapshot']['window']
        assert console['state'] == 'busy' and console['ticket']['id'] == called['ticket']['id'], console
        session = person.request('ticket.accept')['session']
        assert session['state'] == 'connecting'
        desk.event('session.started')
        with Media(person), Media(desk):
            person.event('session.state', lambda d: d['state'] == 'active')


def test_rings_for_nobody():
    """neither comes back to the ring: the number keeps its place, the window is left"""
    with Daemon({'hall': {'clerk_lost_ms': '1000', 'ring_ms': '20000'}}) as daemon:
        person, desk, other = citizen(daemon), clerk(daemon), citizen(daemon)
        ringing(daemon, person, desk)
        take_ticket(other)
        crash(daemon)
        waits = person.resume()['snapshot']['ticket']
        assert waits['state'] == 'CALLED'
        back = person.event('queue.position', lambda d: d['ticket']['state'] == 'WAITING')['ticket']
        assert back['ahead'] == 0 and 'window' not in back, back
        desk = clerk(daemon)
        assert desk.welcome['snapshot']['window']['state'] == 'not_ready'


def test_ring_of_long_ago():
    """away for longer than revive_ms while the phone rang: the number waits again, as the first"""
    with Daemon({'hall': {'revive_ms': '1'}}) as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        ringing(daemon, person, desk)
        crash(daemon)
        welcome = person.resume()
        assert not welcome['resumed'] and welcome['snapshot']['ticket']['state'] == 'WAITING'
        assert 'deadline_at' not in welcome['snapshot']['ticket'] and welcome['snapshot']['ticket']['ahead'] == 0


def test_waiting_pages():
    """whoever waits in the queue resumes, and keeps the place"""
    with Daemon() as daemon:
        person = citizen(daemon)
        person.request('ticket.create', {'matter': 'SB01', 'notice_sha256': person.welcome['notice']['sha256']})
        crash(daemon)
        welcome = person.resume()
        assert welcome['revived'] and welcome['snapshot']['ticket']['state'] == 'WAITING'
        assert person.request('ticket.accept')['ticket']['ready']


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
