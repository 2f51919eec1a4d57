"""A supervisor in a running call: rights, who hears what, what is written down, and more people than two."""
import contextlib
import sys

from lib import tap
from lib.call import call, enter, journal, until
from lib.daemon import Daemon
from lib.media import Media, with_levels
from lib.page import Page, Refused, citizen, clerk
from lib.store import connect, refusing


def supervisor(daemon):
    return Page(daemon, daemon.login('2001'))


def role(people, name):
    return [one for one in people if one['role'] == name]


def sees(page, who, source, timeout=20):
    """The slots of the first list where `who` is in one of this source."""
    return page.event('media.slots', lambda d: any(
        slot['participant'] == who and slot['source'] == source for slot in d['slots']), timeout)['slots']


def sources(slots, who):
    return sorted(slot['source'] for slot in slots if slot['participant'] == who)


def lists(page):
    """All lists of slots that this page hears from now on."""
    heard, read = [], page.next_frame

    def listen(timeout=20):
        frame = read(timeout)
        if frame.get('m') == 'media.slots':
            heard.append(frame['d']['slots'])
        return frame

    page.next_frame = listen
    return heard


def heard_up(page):
    """Whatever was sent to the page before is read."""
    page.request('media.candidate', {'candidate': None, 'mid': '0'})


def trail(daemon):
    with contextlib.closing(connect(daemon)) as store:
        return [tuple(row) for row in store.execute(
            "SELECT actor, action, object FROM audit WHERE action LIKE 'monitor.%' ORDER BY seq")]


def test_rights():
    """Nobody but a supervisor may, and a supervisor may nothing else."""
    with Daemon() as daemon, call(daemon) as (person, desk, _voice, _answer, session):
        for page in (person, desk, Page(daemon, daemon.login('6001'))):
            for name, data in (('monitor.list', {}), ('monitor.listen', {'session': session['id']}),
                               ('monitor.whisper', {}), ('monitor.barge', {}), ('monitor.stop', {})):
                assert page.refused(name, data) == 'auth.role', name
        boss = supervisor(daemon)
        for name, data in (('session.hold', {'reason': 'x'}), ('session.end', {}), ('chat.send', {'text': 'x'}),
                           ('ticket.next', {}), ('session.invite', {'role': 'helper'})):
            assert boss.refused(name, data) == 'auth.role', name
        for name in ('monitor.whisper', 'monitor.barge', 'monitor.stop'):
            assert boss.refused(name) == 'session.none', name
        assert boss.refused('monitor.listen', {'session': '0' * 26}) == 'session.none'
        assert boss.refused('monitor.listen', {}) == 'proto.params'
        status, _, _ = daemon.http('POST', '/whip', raw=b'v=0', token=boss.token, headers={'Content-Type': 'application/sdp'})
        assert status == 403
        assert daemon.http('GET', '/api/v1/recordings', token=boss.token)[0] == 403
        assert trail(daemon) == []


def test_listen_whisper_barge():
    with Daemon() as daemon, call(daemon) as (person, desk, _voice, _answer, session):
        boss = supervisor(daemon)
        assert boss.welcome['me'] == {'role': 'supervisor', 'staff_no': '2001'}
        listed = boss.request('monitor.list')
        assert listed['total'] == 1
        row = listed['sessions'][0]
        assert row['session'] == session['id'] and row['staff_no'] == '3002' and row['people'] == 2 and 'monitor' not in row

        joined = boss.request('monitor.listen', {'session': session['id']})
        assert joined['mode'] == 'listen'
        me = joined['session']['me']
        for page in (person, desk):
            told = page.event('session.participant', lambda d: d['change'] == 'joined')['participant']
            assert (told['id'], told['role'], told['monitor']) == (me, 'supervisor', 'listen')
            assert '2001' in told['label']
        with Media(boss) as ears:
            seen = sees(boss, role(joined['session']['participants'], 'citizen')[0]['id'], 'camera')
            assert sources(seen, role(joined['session']['participants'], 'clerk')[0]['id']) == ['camera', 'mic']
            until(lambda: ears.received() > 0, 'the supervisor hears them')
            citizens = lists(person)
            assert boss.request('monitor.whisper')['mode'] == 'whisper'
            assert sources(sees(desk, me, 'mic'), me) == ['mic'] # no face
            told = person.event('session.participant', lambda d: d['change'] == 'monitor')
            assert told['participant']['monitor'] == 'whisper' # named; the words are not for the citizen
            heard_up(person)
            assert citizens and all(sources(slots, me) == [] for slots in citizens)

            boss.request('monitor.barge')
            assert sources(sees(person, me, 'camera'), me) == ['camera', 'mic']
            assert sources(sees(desk, me, 'camera'), me) == ['camera', 'mic']
            assert boss.request('monitor.list')['sessions'][0]['monitor'] == {'staff_no': '2001', 'mode': 'barge'}

            boss.request('monitor.whisper')
            heard_up(person)
            assert sources(citizens[-1], me) == []

            boss.request('monitor.stop')
            for page in (person, desk):
                page.event('session.participant', lambda d: d['change'] == 'left' and d['participant']['id'] == me)
        assert boss.refused('monitor.stop') == 'session.none'
        until(lambda: len(trail(daemon)) == 5, 'the row of the stop, which is not waited for')
        assert trail(daemon) == [('staff:2001', f'monitor.{act}', session['id'])
                                 for act in ('listen', 'whisper', 'barge', 'whisper', 'stop')]
        person.request('session.end')
        events = until(lambda: (found := journal(daemon, session['id']))
                       and any(kind == 'journal.end' for kind, _ in found) and found, 'the journal ends')
        modes = [fields['MODE'] for kind, fields in events if kind == 'session.monitor']
        assert modes == ['listen', 'whisper', 'barge', 'whisper'], modes
        left = [fields for kind, fields in events if kind == 'participant.left' and fields['PARTICIPANT'] == me]
        assert len(left) == 1 and left[0]['REASON'] == 'monitor_stopped'


def test_comes_and_goes():
    """From one session to the next; one at a time; a lost page is out after its time; the call does not care."""
    with Daemon({'hall': {'clerk_lost_ms': '1000'}}) as daemon, \
            call(daemon) as (person, desk, _voice, _answer, first), \
            call(daemon, 'BD02', '3003') as (_, other_desk, _, _, second):
        boss = supervisor(daemon)
        assert [row['session'] for row in boss.request('monitor.list')['sessions']] == [first['id'], second['id']]
        boss.request('monitor.listen', {'session': first['id']})
        desk.event('session.participant', lambda d: d['change'] == 'joined')
        boss.request('monitor.listen', {'session': second['id']})
        assert desk.event('session.participant', lambda d: d['change'] == 'left')['participant']['role'] == 'supervisor'
        other_desk.event('session.participant', lambda d: d['change'] == 'joined')
        boss.cut()
        other_desk.event('session.participant', lambda d: d['change'] == 'away')
        other_desk.event('session.participant', lambda d: d['change'] == 'left')
        desk.request('session.end')
        assert person.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'hangup_clerk'


def test_trail_first():
    """What cannot be written into the trail is not done."""
    with Daemon() as daemon, call(daemon) as (_person, desk, _voice, _answer, session):
        boss = supervisor(daemon)
        with refusing(daemon, 'monitor.listen'):
            assert boss.refused('monitor.listen', {'session': session['id']}) == 'store.failed'
        assert all(event['d']['participant']['role'] != 'supervisor' for event in desk.events
                   if event['m'] == 'session.participant')
        boss.request('monitor.listen', {'session': session['id']})
        desk.event('session.participant', lambda d: d['change'] == 'joined' and d['participant']['role'] == 'supervisor')


def invited(daemon, desk):
    claim = desk.request('session.invite', {'role': 'helper'})['token']
    return Page(daemon, daemon.json('POST', '/api/v1/claim', {'claim': claim})['token'])


def test_full_house():
    """Citizen, clerk, three helpers and the supervisor, for whom a place is kept: everybody has voice and picture of all
    others in four slots each, but one: the parties always, and nobody twice."""
    with Daemon() as daemon, call(daemon) as (person, desk, _voice, _answer, session):
        helpers = [invited(daemon, desk) for _ in range(3)]
        late = desk.request('session.invite', {'role': 'helper'})['token']
        token = daemon.json('POST', '/api/v1/claim', {'claim': late})['token']
        try:
            Page(daemon, token)
        except Refused as refusal:
            assert refusal.code == 'session.full'
        else:
            raise AssertionError('a sixth found a place')
        boss = supervisor(daemon)
        people = boss.request('monitor.listen', {'session': session['id']})['session']['participants']
        assert len(people) == 6
        boss.request('monitor.barge')
        me = {one['role']: one['id'] for one in people}
        parties = {me['citizen'], me['clerk']}
        told = {page: lists(page) for page in (person, desk, *helpers, boss)}
        medias = []
        try:
            for page in (*helpers, boss):
                medias.append(Media(page))
            for page, heard in told.items():
                heard_up(page)
                voices = [slot['participant'] for slot in heard[-1] if slot['source'] == 'mic']
                faces = [slot['participant'] for slot in heard[-1] if slot['source'] == 'camera']
                assert len(voices) == len(set(voices)) == 4 and set(faces) == set(voices), heard[-1]
                if page not in (person, desk):
                    assert parties <= set(voices) # they are never the ones who are left out
            for page, media in zip((*helpers, boss), medias):
                until(lambda media=media: media.received() > 0, 'media comes')
            person.request('session.end')
            for page in (desk, *helpers, boss):
                page.event('session.state', lambda d: d['state'] == 'ended')
        finally:
            for media in medias:
                media.stop()


SPEECH, ROOM = 25, 80


def test_speakers():
    """Two slots for three others: citizen and clerk keep theirs, the helper who speaks has the other one. Who is in front is
    told to those who hear it."""
    with Daemon({'media': {'audio_slots': '2', 'video_slots': '2'}}) as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        enter(daemon, person, desk)
        first = desk.event('session.started')['session']
        medias = [Media(page, change=with_levels) for page in (person, desk)]
        try:
            desk.event('session.state', lambda d: d['state'] == 'active')
            helpers = [invited(daemon, desk) for _ in range(2)]
            medias += [Media(page, change=with_levels) for page in helpers]
            ids = [one.welcome['me']['participant'] for one in helpers]
            clerk_id = role(first['participants'], 'clerk')[0]['id']
            for media in medias:
                media.level(ROOM)
            told = lists(person)
            heard_up(person)
            for helper in (1, 0, 1):
                medias[2 + helper].level(SPEECH)
                for page in (person, desk):
                    page.event('session.speaker', lambda d, helper=helper: d['participant'] == ids[helper])
                heard_up(person)
                voices = {slot['participant'] for slot in told[-1] if slot['source'] == 'mic'}
                assert voices == {clerk_id, ids[helper]}, told[-1]
                medias[2 + helper].level(ROOM)
                person.event('session.speaker', lambda d: d['participant'] is None)
            medias[1].level(SPEECH) # the clerk changes nobody's place
            person.event('session.speaker', lambda d: d['participant'] == clerk_id)
            count = len(told)
            heard_up(person)
            assert all({slot['participant'] for slot in slots if slot['source'] == 'mic'} == {clerk_id, ids[1]}
                       for slots in told[count - 1:])

            boss = supervisor(daemon)
            boss.request('monitor.listen', {'session': first['id']})
            medias.append(Media(boss, change=with_levels))
            boss.request('monitor.whisper')
            medias[1].level(ROOM)
            me = desk.event('session.participant', lambda d: d['change'] == 'monitor')['participant']['id']
            medias[4].level(SPEECH)
            desk.event('session.speaker', lambda d: d['participant'] == me)
            heard_up(person) # a whisper is nobody's voice to the citizen
            assert all(event['d']['participant'] != me for event in person.events if event['m'] == 'session.speaker')
        finally:
            for media in medias:
                media.stop()


def test_hold_times():
    """A hold says since when and until when; a page that comes in the midst of it hears the same."""
    with Daemon({'hall': {'hold_cap_ms': '60000'}}) as daemon, call(daemon) as (person, desk, *_):
        desk.request('session.hold', {'reason': '查档案'})
        held = person.event('session.state', lambda d: d['state'] == 'held')
        assert held['resume_at'] - held['held_at'] == 60000
        person.cut()
        session = person.resume(0)['snapshot']['session']
        assert (session['held_at'], session['resume_at']) == (held['held_at'], held['resume_at'])
        assert session['reason'] == '查档案'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
