"""The wire: limits, close codes, hello, resume, answers that are kept."""
import json
import sys

from lib import tap
from lib.daemon import Daemon
from lib.page import Closed, Page, Refused, Socket, citizen, clerk, take_ticket


def closes(daemon, *payloads, opcode=1):
    """The close code after these texts on a fresh socket."""
    page = Page(daemon, 'none', hello=False)
    try:
        for payload in payloads:
            page.socket.send(payload, opcode)
    except OSError:  # the server may close while we still write
        pass
    return page.close_code()


def test_malformed_frames():
    """what is no frame closes with 4400, what is too large with 4013, what is deep with 4400"""
    with Daemon() as daemon:
        for bad in (b'', b'{', b'[]', b'"text"', b'{"no":"type"}', b'{"t":7}', b'{"t":"req","m":"hello","d":{}}',
                    b'{"t":"req","id":0,"m":"hello"}', b'{"t":"req","id":"1","m":"hello"}', b'{"t":"req","id":1,"id":2,"m":"hello"}',
                    b'{"t":"req","id":1,"m":"a\\u0000b"}', b'{"a":' * 9 + b'1' + b'}' * 9, b'[' * 50000):
            assert closes(daemon, bad) == 4400, bad[:80]
        assert closes(daemon, b'\x00\x01', opcode=2) == 4400
        assert closes(daemon, b'x' * 65537) == 4013
        assert closes(daemon, b'{"t":"ack","seq":1,"x":"' + b'x' * 200000 + b'"}') == 4013
        good = citizen(daemon)
        good.socket.send(json.dumps({'t': 'ping', 'at': 5}).encode())
        assert good.next_frame()['at'] == 5, 'others do not suffer'


def test_frame_in_pieces():
    """a frame in many pieces is one frame, and is measured whole"""
    with Daemon() as daemon:
        page = Page(daemon, daemon.guest(), hello=False)
        text = json.dumps({'t': 'req', 'id': 1, 'm': 'hello', 'd': {'token': page.token}}).encode()
        page.names[1] = 'hello'
        for at in range(0, len(text), 7):
            page.socket.send(text[at:at + 7], 0 if at else 1, at + 7 >= len(text))
        assert page.answer(1)['me']['role'] == 'citizen'
        page.socket.send(b'{"t":"ack"', 1, False)
        try:
            for _ in range(70):
                page.socket.send(b' ' * 1000, 0, False)
        except OSError:  # the server may close while we still write
            pass
        assert page.close_code() == 4013


def test_hello_comes_first():
    """before hello nothing is done; a bad hello is answered and closed with 4401; none at all with 4408"""
    with Daemon() as daemon:
        silent = Page(daemon, 'none', hello=False)
        for token, code in (('', 'proto.params'), ('a.b.c', 'auth.bad_token'), (daemon.guest()[:-2], 'auth.bad_token')):
            page = Page(daemon, token, hello=False)
            assert page.refused('hello', {'token': token}) == code
            assert page.close_code() == 4401
        page = Page(daemon, 'none', hello=False)
        assert page.refused('ticket.cancel') == 'proto.hello_first'
        assert page.close_code() == 4401
        page = citizen(daemon)
        assert page.refused('hello', {'token': page.token}) == 'proto.malformed'
        assert silent.close_code() == 4408


def test_subprotocol():
    """no subprotocol closes with 4406, another is refused, another path too"""
    with Daemon() as daemon:
        page = Page(daemon, 'none', hello=False)
        page.socket = Socket(daemon.port, None)
        assert page.close_code() == 4406
        for protocol, path in (('shipinban.v9', '/ws'), ('shipinban.v1', '/other')):
            try:
                Socket(daemon.port, protocol, path)
            except Closed:
                continue
            raise AssertionError(f'{protocol} {path} was accepted')


def test_roles_and_names():
    """unknown messages, other roles' messages and bad parameters are refused by name"""
    with Daemon() as daemon:
        page, desk = citizen(daemon), clerk(daemon)
        assert page.refused('ticket.steal') == 'proto.unknown'
        assert page.refused('ticket.next') == 'auth.role'
        assert desk.refused('ticket.create', {'matter': 'SB01', 'notice_sha256': 'x' * 64}) == 'auth.role'
        assert page.refused('ticket.create', {'matter': 'SB01'}) == 'proto.params'
        assert page.refused('ticket.create', {'matter': 'XX99', 'notice_sha256': '0' * 64}) == 'matter.unknown'
        assert page.refused('ticket.create', {'matter': 'SB01', 'notice_sha256': '0' * 64}) == 'notice.outdated'
        assert page.refused('media.offer', {'sdp': 'v=0', 'offer_id': 1}) == 'session.none'
        assert page.refused('session.end') == 'session.none'
        assert desk.refused('ticket.finish', {'ticket': desk.sid, 'result': {'code': 'ANSWERED'}}) == 'ticket.unknown'
        page.send({'t': 'req', 'id': 99, 'd': {}})
        try:
            page.answer(99)
        except Refused as refusal:
            assert refusal.code == 'proto.malformed'


def test_too_many_messages():
    """more than 50 messages a second, beyond a burst, close with 4029"""
    with Daemon() as daemon:
        page = citizen(daemon)
        try:
            for _ in range(200):
                page.send({'t': 'ack', 'seq': 1})
        except OSError:  # the server may close while we still write
            pass
        assert page.close_code() == 4029


def test_resume_replays_events():
    """a resumed socket gets what it missed, once and in order; a reload gets a snapshot"""
    with Daemon({'hall': {'no_show_ms': '300'}}) as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        ticket = take_ticket(person)
        person.cut()
        assert desk.request('clerk.state', {'state': 'rest'})
        welcome = person.resume()
        assert welcome['resumed'] and 'snapshot' not in welcome
        called = desk.request('ticket.next')['ticket']
        person.event('ticket.called')
        person.cut()
        desk.request('ticket.noshow', {'ticket': called['id']})
        desk.event('window.state', lambda d: d['window']['state'] != 'busy')
        welcome = person.resume()
        assert welcome['resumed'] and 'snapshot' not in welcome
        person.event('ticket.expired', lambda d: d['reason'] == 'no_show')
        person.cut()
        welcome = person.resume(last_seq=0)
        assert welcome['resumed'] and 'session' not in welcome['snapshot']
        person.request('ticket.requeue')
        person.cut()
        welcome = person.resume(last_seq=0)
        assert welcome['snapshot']['ticket']['id'] == ticket['id']


def test_resume_needs_the_key():
    """a sid without its key, or with another person's token, starts anew"""
    with Daemon() as daemon:
        person, other = citizen(daemon), citizen(daemon)
        take_ticket(person)
        for sid, key, token in ((person.sid, other.key, other.token), (person.sid, person.key, other.token),
                                (other.sid, person.key, other.token)):
            page = Page(daemon, token, hello=False)
            welcome = page.hello({'sid': sid, 'key': key, 'last_seq': 0})
            assert not welcome['resumed'] and welcome['sid'] != sid
            assert welcome['snapshot'] == {}
        person.request('ticket.cancel')


def test_second_socket_replaces():
    """the same sid, or the same person, in a second page: the first hears bye and 4009"""
    with Daemon() as daemon:
        person = citizen(daemon)
        old = Page(daemon, person.token, hello=False)
        old.socket, old.last_seq = person.socket, person.last_seq
        assert person.resume()['resumed']
        frames = []
        try:
            while True:
                frames.append(old.next_frame())
        except Closed as closed:
            assert closed.code == 4009
        assert frames[-1] == {'t': 'bye', 'reason': 'replaced'}
        elsewhere = Page(daemon, person.token)
        assert elsewhere.sid != person.sid
        assert person.close_code() == 4009


def test_repeated_request_is_done_once():
    """a request sent again after a resume gets the kept answer"""
    with Daemon() as daemon:
        person = citizen(daemon)
        ticket = take_ticket(person)
        created = person.last_id
        person.cut()
        person.resume()
        sha256 = person.welcome['notice']['sha256']
        again = person.request_send('ticket.create', {'matter': 'SB01', 'notice_sha256': sha256}, created)
        assert person.answer(again)['ticket']['id'] == ticket['id']
        assert person.refused('ticket.create', {'matter': 'SB01', 'notice_sha256': sha256}) == 'ticket.exists'
        for _ in range(70):
            person.refused('ticket.steal')
        person.request_send('ticket.create', {'matter': 'SB01', 'notice_sha256': sha256}, created)
        try:
            person.answer(created)
        except Refused as refusal:
            assert refusal.code == 'proto.limit'
        else:
            raise AssertionError('an answer that is long gone was given')


def test_console_is_reloaded():
    """a clerk's new page takes the window over from the old one"""
    with Daemon() as daemon:
        first = clerk(daemon, '3002', 2)
        again = Page(daemon, first.token)
        assert again.welcome['snapshot']['window']['no'] == 2
        assert first.close_code() == 4009
        assert again.request('clerk.state', {'state': 'rest'})['window']['state'] == 'rest'


def test_token_is_refreshed():
    """token.refresh gives a token that opens the same"""
    with Daemon() as daemon:
        person = citizen(daemon)
        ticket = take_ticket(person)
        fresh = Page(daemon, person.request('token.refresh')['token'])
        assert fresh.welcome['snapshot']['ticket']['id'] == ticket['id']


def test_token_of_an_ended_session():
    """a token of one session is not refreshed when that session is over"""
    with Daemon() as daemon:
        opened = daemon.json('POST', '/api/v1/sessions', {'matter': 'SB01'}, daemon.api_key(), 201)
        pages = [Page(daemon, person['token']) for person in opened['participants']]
        again = pages[0].request('token.refresh')['token']
        pages[0].cut()
        pages[0] = Page(daemon, again)
        pages[0].request('session.end')
        for page in pages:
            assert page.refused('token.refresh') == 'session.none'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
