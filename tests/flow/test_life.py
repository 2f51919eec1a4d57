"""What must not get lost on a session's way: its start and end in the hall, its window, who is missing."""
import contextlib
import sys
import time

from lib import tap
from lib.call import call, enter, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import Page, citizen, clerk
from lib.store import locked, refusing


def heard(page):
    """The server has read all that this socket sent."""
    page.send({'t': 'ping', 'at': int(time.time() * 1000)})
    while page.next_frame()['t'] != 'pong':
        pass


def untaken(daemon, what, count=1):
    return lambda: daemon.log().count(f'the hall did not take that it has {what}') >= count


def test_end_that_cannot_be_written():
    """a session that ends while the store fails frees its citizen and its window once the store works"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        with refusing(daemon, 'session.ended'):
            person.request('session.end')
            desk.event('session.state', lambda d: d['state'] == 'ended')
            until(untaken(daemon, 'ended'), 'the hall refuses')
        assert desk.event('ticket.updated', lambda d: d['ticket']['state'] == 'WRAP_UP')
        assert desk.event('window.state', lambda d: d['window']['state'] == 'wrap_up')


def test_start_that_cannot_be_written():
    """a call whose start the store could not take goes on beyond the time to connect, and is written later"""
    with Daemon({'hall': {'connect_ms': '1000'}}) as daemon, contextlib.ExitStack() as trouble:
        trouble.enter_context(refusing(daemon, 'session.started'))
        with call(daemon) as (person, desk, voice, answer, session):
            until(untaken(daemon, 'started', 5), 'the hall refuses for longer than connect_ms')
            answer.received()
            until(answer.received, 'media goes on')
            trouble.close()
            assert desk.event('ticket.updated', lambda d: d['ticket']['state'] == 'IN_SESSION')
            assert person.request('chat.send', {'text': '还在'})['id'], 'the call goes on'


def test_finish_of_a_page_that_is_replaced():
    """ticket.finish ends the call though another page of the clerk has come before the hall's answer"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        other, again = citizen(daemon), Page(daemon, desk.token, hello=False)
        with locked(daemon):
            other.request_send('ticket.create', {'matter': 'SB01', 'notice_sha256': daemon.notice()})
            heard(other)
            number = again.request_send('hello', {'token': desk.token})
            heard(again)
            desk.request_send('ticket.finish', {'ticket': session['ticket'], 'result': {'code': 'ANSWERED'}})
            heard(desk)
        again.answer(number)
        assert person.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'finished'
        assert person.event('ticket.updated', lambda d: d['ticket']['state'] == 'FINISHED')


def test_reload_before_the_welcome():
    """a socket that is cut before its welcome does not close the window behind the page that came after it"""
    with Daemon() as daemon:
        other, token = citizen(daemon), daemon.login('3002')
        first, second = Page(daemon, token, hello=False), Page(daemon, token, hello=False)
        with locked(daemon):
            other.request_send('ticket.create', {'matter': 'SB01', 'notice_sha256': daemon.notice()})
            heard(other)
            first.request_send('hello', {'token': token})
            heard(first)
            number = second.request_send('hello', {'token': token})
            heard(second)
            first.cut()
            heard(second)
        second.answer(number)
        heard(second)
        assert second.request('clerk.state', {'state': 'ready'})['window']['state'] == 'ready'


def test_lost_before_the_start():
    """who is lost while the call connects is given up after the usual time"""
    settings = {'media': {'media_timeout_ms': '800'}, 'hall': {'citizen_lost_ms': '2000'}}
    with Daemon(settings) as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        enter(daemon, person, desk)
        with Media(person) as voice:
            desk.event('session.started')
            voice.quiet()
            desk.event('session.participant', lambda d: d['change'] == 'away')
            with Media(desk):
                desk.event('session.state', lambda d: d['state'] == 'active')
                desk.event('ticket.updated', lambda d: d['ticket']['state'] == 'RECONNECTING')
                assert desk.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'lost_citizen'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
