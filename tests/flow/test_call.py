"""Calls with real media: start, hold, loss, reload, chat, end, and what the journal says of them."""
import re
import resource
import sys

from lib import tap
from lib.call import call, journal, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import Refused

ROOM_BYTES = 512 * 1024  # more than the database grows in the meantime
SOON_TOO_MANY = 40
LOST = {'media': {'media_timeout_ms': '800'}, 'hall': {'citizen_lost_ms': '2000'}}


def state(name):
    return lambda d: d['state'] == name


def resumes(desk):
    """Whether the recording goes on; the recorder looks at a volume that failed about every second."""
    try:
        desk.request('session.resume')
    except Refused as refusal:
        assert refusal.code == 'recording.unavailable'
        return False
    return desk.event('recording.state', lambda d: d['state'] != 'preparing')['state'] == 'recording'


def gaps(daemon, session):
    return [(kind, fields.get('CAUSE')) for kind, fields in journal(daemon, session['id'])]


def opened(daemon, session):
    """The tags of the PeerConnections that the journal knows."""
    return [fields['TAG'] for kind, fields in journal(daemon, session['id']) if kind == 'peer.open']


def test_call_from_start_to_end():
    """both see each other, talk, and the ticket ends with a result"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        until(lambda: voice.received() and answer.received(), 'media both ways')
        slots = person.event('media.slots', lambda d: any(s['state'] == 'active' for s in d['slots']))['slots']
        shown = [s for s in slots if s['participant']]
        assert {s['source'] for s in shown} == {'mic', 'camera'}, shown
        assert person.request('chat.send', {'text': '听得清吗'})['id'] == desk.event('chat.message')['id']
        assert desk.request('recording.mark', {'label': '核身'})['at_ms'] >= 0
        person.request('media.mute', {'audio': True, 'cause': 'phone_call'})
        told = desk.event('session.participant', lambda d: d['change'] == 'muted')['participant']
        assert told['muted'] == {'audio': True, 'video': False}
        person.request('media.mute', {'audio': False})
        person.request('session.end')
        ended = desk.event('session.state', state('ended'))
        assert ended['reason'] == 'hangup_citizen' and ended['ended_by'] == session['me']
        desk.request('ticket.finish', {'ticket': session['ticket'], 'result': {'code': 'ANSWERED'}})
        assert person.event('ticket.updated', lambda d: d['ticket']['state'] == 'FINISHED')
        until(lambda: (daemon.folder / 'spool' / session['id'] / 'closed').exists(), 'the journal is closed')
        events = journal(daemon, session['id'])
        types = [kind for kind, _ in events]
        for kind in ('segment.start', 'session.info', 'participant.joined', 'notice.acknowledged', 'peer.open', 'media.section',
                     'media.connected', 'media.codec', 'media.slot', 'media.mute', 'chat.message', 'mark', 'session.state',
                     'participant.left', 'chain', 'journal.end'):
            assert kind in types, f'{kind} is not in the journal: {sorted(set(types))}'
        assert ('gap', 'PHONE_CALL') in gaps(daemon, session)
        info = next(fields for kind, fields in events if kind == 'session.info')
        assert info['NUMBER'] == session['number'] and info['WINDOW'] == '2' and info['STAFF_NO'] == '3002'


def test_interruptions():
    """what keeps somebody from the call is told to the others, with its cause and since when, and written down with its end"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        told = lambda peer, cause: peer.event('session.participant', lambda d: d['change'] == 'interrupted' and
                                              d['participant'].get('interrupted', {}).get('cause') == cause)['participant']
        person.request('media.interrupted', {'cause': 'background', 'active': True})
        assert told(desk, 'background')['id'] == session['me']
        person.request('media.interrupted', {'cause': 'phone_call', 'active': True})
        assert told(desk, 'phone_call')['interrupted']['since'] > session['started_at']
        person.request('media.interrupted', {'cause': 'phone_call', 'active': False})
        assert told(desk, 'background')
        person.request('media.interrupted', {'cause': 'background', 'active': False})
        assert told(desk, None)
        # a clerk looks things up in another window and goes on talking: no interruption
        desk.request('media.interrupted', {'cause': 'background', 'active': True})
        desk.request('media.interrupted', {'cause': 'network_change', 'active': True, 'ago_ms': 1500})
        assert told(person, 'network_change')
        desk.request('media.interrupted', {'cause': 'network_change', 'active': False})
        assert told(person, None)
        assert person.refused('media.interrupted', {'cause': 'network', 'active': True}) == 'proto.params'
        for i in range(SOON_TOO_MANY):
            try:
                person.request('media.interrupted', {'cause': 'phone_call', 'active': i % 2 == 0})
            except Refused as refusal:
                assert refusal.code == 'proto.limit'
                break
        else:
            raise AssertionError(f'{SOON_TOO_MANY} interruptions at once were written down')
        person.request('session.end')
        desk.event('session.state', state('ended'))
        until(lambda: (daemon.folder / 'spool' / session['id'] / 'closed').exists(), 'the journal is closed')
        written = [(f['CAUSE'], f['STATE']) for kind, f in journal(daemon, session['id']) if kind == 'interruption']
        assert written[:6] == [('BACKGROUND', 'begin'), ('PHONE_CALL', 'begin'), ('PHONE_CALL', 'end'), ('BACKGROUND', 'end'),
                               ('HANDOVER', 'begin'), ('HANDOVER', 'end')], written
        handover = next(f for kind, f in journal(daemon, session['id']) if kind == 'interruption' and f['CAUSE'] == 'HANDOVER' and f['STATE'] == 'end')
        assert 1400000 < int(handover['END_US']) - int(handover['START_US']) < 10000000
        for cause in {cause for cause, _ in written}:
            states = [state for one, state in written if one == cause]
            assert states.count('begin') == states.count('end'), written


def test_hold():
    """on hold nothing of the citizen is forwarded or recorded, the clerk is recorded on; it warns and ends by itself"""
    settings = {'hall': {'hold_warn_ms': '700', 'hold_cap_ms': '1400'}}
    with Daemon(settings) as daemon, call(daemon) as (person, desk, voice, answer, session):
        assert person.refused('session.hold', {'reason': 'x'}) == 'auth.role'
        assert desk.refused('session.resume') == 'session.state'
        assert desk.request('session.hold', {'reason': '查档案'})['cap_ms'] == 1400
        assert desk.refused('session.hold', {'reason': 'x'}) == 'session.state'
        held = person.event('session.state', state('held'))
        assert held['reason'] == '查档案' and 'warn' not in held
        assert desk.event('session.state', state('held'))
        desk.event('media.slots', lambda d: any(s['state'] == 'gated' for s in d['slots']))
        answer.received()
        assert desk.event('session.state', state('held'))['warn'] is True
        assert answer.received() == 0, 'the clerk got media of the citizen during the hold'
        desk.event('session.state', state('active'))
        until(answer.received, 'media again')
        until(lambda: ('gap', 'HOLD') in gaps(daemon, session), 'the gap of the hold in the journal')


def test_lost_media_ends_the_session():
    """a citizen without media counts as away and is given up after citizen_lost_ms; back before that, the call goes on"""
    with Daemon(LOST) as daemon, call(daemon) as (person, desk, voice, answer, session):
        voice.quiet()
        desk.event('session.participant', lambda d: d['change'] == 'away')
        desk.event('ticket.updated', lambda d: d['ticket']['state'] == 'RECONNECTING')
        voice.speak()
        desk.event('session.participant', lambda d: d['change'] == 'back')
        desk.event('ticket.updated', lambda d: d['ticket']['state'] == 'IN_SESSION')
        voice.quiet()
        assert desk.event('session.state', state('ended'))['reason'] == 'lost_citizen'
        assert desk.event('ticket.updated', lambda d: d['ticket']['state'] == 'WRAP_UP')


def test_cut_socket_and_reload():
    """a cut socket leaves media alone; a reloaded page resumes into the same session with a new PeerConnection"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        person.cut()
        desk.event('session.participant', lambda d: d['change'] == 'away')
        answer.received()
        until(answer.received, 'media of the one whose socket is cut')
        welcome = person.resume(last_seq=0)
        assert welcome['resumed'] and welcome['snapshot']['session']['id'] == session['id']
        assert welcome['snapshot']['session']['me'] == session['me'] == welcome['me']['participant']
        desk.event('session.participant', lambda d: d['change'] == 'back')
        with Media(person, 2) as fresh:
            answer.received()
            until(fresh.received, 'media for the new PeerConnection')
            until(answer.received, 'media of the new PeerConnection')
        tags = until(lambda: opened(daemon, session)[2:] and opened(daemon, session), 'a third peer in the journal')
        assert len(tags) == len(set(tags)) == 3, tags


def test_same_connection_offers_again():
    """an offer of the same PeerConnection changes it; one that is no offer says where it is wrong"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        again = person.request('media.offer', {'sdp': voice.offer, 'offer_id': 7})
        assert again['offer_id'] == 7
        slots = [line for line in again['sdp'].splitlines() if line.startswith('a=ssrc:')]
        assert slots == [line for line in voice.answer.splitlines() if line.startswith('a=ssrc:')]
        assert person.refused('media.offer', {'sdp': 'v=0\r\n', 'offer_id': 8}) == 'media.sdp'
        broken = voice.offer.replace('VP8/90000', 'VP9/90000').replace('opus/48000/2', 'G722/8000')
        assert person.refused('media.offer', {'sdp': broken, 'offer_id': 9}) == 'media.no_common_codec'
        answer.received()
        until(answer.received, 'media goes on')


def test_offers_are_limited():
    """one new PeerConnection after the other is told to wait, and the recording is not flooded"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        refusals = []
        for number in range(40):
            offer = re.sub(r'(?m)^o=(\S+) \d+', f'o=\\1 {1000 + number}', voice.offer)
            try:
                person.request('media.offer', {'sdp': offer, 'offer_id': number + 2})
            except Refused as refusal:
                refusals.append(refusal.error)
        assert len(refusals) >= 20 and {error['code'] for error in refusals} == {'media.limit'}, refusals
        assert all(0 < error['retry_ms'] <= 2001 for error in refusals), refusals
        assert len(opened(daemon, session)) <= 22


def test_journal_fails_in_mid_session():
    """a journal that fails holds a session that must be recorded; it goes on when a new one is durable"""
    with Daemon() as daemon, call(daemon, 'SB02') as (person, desk, voice, answer, session):
        written = (daemon.folder / 'spool' / session['id'] / '0001.pcapng').stat().st_size
        resource.prlimit(daemon.child.pid, resource.RLIMIT_FSIZE, (written + ROOM_BYTES, resource.RLIM_INFINITY))
        voice.flood()
        assert desk.event('recording.state', state('unavailable'))['reason'] == 'write_failed'
        assert desk.event('session.state', state('held'))['reason'] == 'recording_failed'
        assert person.event('session.state', state('held'))['reason'] == 'recording_failed'
        assert person.refused('chat.send', {'text': '听得清吗'}) == 'recording.unavailable'
        resource.prlimit(daemon.child.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: resumes(desk), 'a new journal, once the volume is found to be well again')
        desk.event('session.state', state('active'))
        answer.received()
        until(answer.received, 'media again')
        second = until(lambda: [f for kind, f in journal(daemon, session['id']) if kind == 'segment.start'][1:],
                       'a second segment')
        assert second[0]['SEGMENT'] == '2', second
        until(lambda: len([1 for kind, _ in journal(daemon, session['id']) if kind == 'session.info']) == 2,
              'the new segment describes itself')


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
