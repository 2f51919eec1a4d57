"""Told to stop: nobody new comes in, calls may end by themselves, at the deadline they are ended and recorded to the end."""
import sys
import time

from lib import tap
from lib.call import call, until
from lib.control import control
from lib.daemon import Daemon
from lib.media import Media
from lib.page import Closed, Page, Refused, citizen, clerk, take_ticket


def ended(page):
    return page.event('session.state', lambda d: d['state'] == 'ended')


def hello_refusal(daemon, token):
    """The error of a hello that must be refused."""
    page = Page(daemon, token, hello=False)
    try:
        page.hello()
    except Refused as refusal:
        assert page.close_code() == 4401
        return refusal.error
    raise AssertionError('welcome')


def draining(daemon, *pages):
    daemon.child.terminate()
    at = [page.event('server.draining')['deadline_at'] for page in pages]
    assert len(set(at)) <= 1, at
    return at[0]


def told_by_operator(daemon, after_ms):
    """The deadline after `drain` with so much time."""
    assert control(daemon, {'command': 'drain', 'after_ms': after_ms})['after_ms'] <= after_ms
    return control(daemon, {'command': 'status'})['deadline_at']


def test_calls_end_by_themselves():
    """nobody new comes in, who is there stays, the call goes on; when it has ended the daemon goes, with 0"""
    with Daemon({'server': {'drain_ms': '60000'}}) as daemon:
        waiting, late = citizen(daemon), daemon.guest()
        with call(daemon) as (person, desk, voice, answer, session):
            ticket = take_ticket(waiting, 'SB02')
            before = time.time() * 1000
            deadline_at = draining(daemon, person, desk, waiting)
            assert before + 50000 < deadline_at < before + 70000, deadline_at - before
            assert daemon.json('GET', '/healthz')['status'] == 'draining'

            for path, body in (('guest', {}), ('login', {'staff_no': '3003', 'password': 'x'}), ('claim', {'claim': 'x'})):
                status, headers, text = daemon.http('POST', f'/api/v1/{path}', body)
                assert status == 503 and b'server.draining' in text, (path, status, text)
                assert 2 <= int(headers['retry-after']) <= 30, headers
            assert daemon.http('POST', '/api/v1/sessions', {'matter': 'SB01'}, daemon.api_key())[0] == 503
            error = hello_refusal(daemon, late)
            assert error['code'] == 'server.draining' and error['retry_ms'] >= 2000, error
            assert desk.refused('session.invite', {'role': 'helper'}) == 'server.draining'

            waiting.cut()
            assert waiting.resume(last_seq=0)['snapshot']['ticket']['id'] == ticket['id'], 'who waits may come back'
            assert waiting.event('server.draining')['deadline_at'] == deadline_at
            answer.received()
            until(answer.received, 'media goes on')
            person.request('session.end')
            assert ended(desk)['reason'] == 'hangup_citizen'
            for page in (person, desk, waiting):
                assert page.event('leave') == {'action': 'resume', 'after_ms': 2000}
                assert page.close_code() == 1001
            assert daemon.child.wait(20) == 0
        assert (daemon.folder / 'spool' / session['id'] / 'closed').exists()


def test_windows_call_nobody():
    """a ready window is put to not_ready and calls nobody; what was called cannot be entered"""
    with Daemon({'server': {'drain_ms': '60000'}}) as daemon, call(daemon) as (person, desk, voice, answer, session):
        other, called = clerk(daemon, '3003'), citizen(daemon)
        take_ticket(called, 'SB02')
        assert other.request('clerk.state', {'state': 'ready'})['window']['state'] == 'ready'
        draining(daemon, person, other)
        assert other.event('window.state', lambda d: d['window']['state'] == 'not_ready')
        assert other.refused('clerk.state', {'state': 'ready'}) == 'server.draining'
        assert other.refused('ticket.next') == 'server.draining'
        assert called.refused('ticket.accept') == 'server.draining'
        assert other.request('clerk.state', {'state': 'rest'})['window']['state'] == 'rest'


def test_deadline():
    """at the deadline the call is ended for a restart, its recording closed, its end written down"""
    with Daemon({'server': {'drain_ms': '1000'}}) as daemon, call(daemon) as (person, desk, voice, answer, session):
        draining(daemon, person, desk)
        for page in (person, desk):
            end = ended(page)
            assert end['reason'] == 'server_restart' and end['phase'] == 'active', end
        assert daemon.child.wait(20) == 0
        assert (daemon.folder / 'spool' / session['id'] / 'closed').exists()
        daemon.start()
        told = daemon.json('GET', f'/api/v1/sessions/{session["id"]}', token=daemon.api_key())
        assert told['end_reason'] == 'server_restart', told
        assert person.resume(last_seq=0)['snapshot']['ticket']['state'] == 'WAITING'


def test_told_before_the_goodbye():
    """pages hear what the end means before they are sent away: the number waits, the window is free and is offered nobody"""
    with Daemon({'server': {'drain_ms': '1000'}}) as daemon:
        desk, person, next_one = clerk(daemon), citizen(daemon), citizen(daemon)
        desk.request('clerk.state', {'state': 'ready'})
        take_ticket(person)
        desk.request('ticket.accept', {'ticket': desk.event('ticket.offered')['ticket']['id']})
        person.event('ticket.called')
        person.request('ticket.accept')
        take_ticket(next_one)
        with Media(person), Media(desk):
            person.event('session.state', lambda d: d['state'] == 'active')
            desk.event('session.state', lambda d: d['state'] == 'active')
            draining(daemon, person, desk)
            assert ended(person)['reason'] == ended(desk)['reason'] == 'server_restart'
            assert person.event('queue.position')['ticket']['state'] == 'WAITING'
            assert person.event('leave')['action'] == 'resume'
            desk.close_code()
            names = [event['m'] for event in desk.events]
            windows = [event['d']['window'] for event in desk.events if event['m'] == 'window.state']
            assert 'ticket.offered' not in names and names[-1] == 'leave', names
            assert windows[-1]['state'] == 'not_ready' and not windows[-1].get('ticket'), windows
            assert daemon.child.wait(20) == 0


def test_second_signal():
    """a second signal does not wait for the calls"""
    with Daemon({'server': {'drain_ms': '600000'}}) as daemon, call(daemon) as (person, desk, voice, answer, session):
        draining(daemon, person)
        daemon.child.terminate()
        assert ended(person)['reason'] == 'server_restart'
        assert person.event('leave')
        try:
            while True:
                person.next_frame()
        except Closed as closed:
            assert closed.code == 1001
        assert daemon.child.wait(20) == 0


def test_deadline_comes_nearer():
    """a later word may bring the deadline nearer and never puts it off: SIGTERM, with the time of the configuration"""
    with Daemon({'server': {'drain_ms': '600000'}}) as daemon, call(daemon) as (person, desk, voice, answer, session):
        first = told_by_operator(daemon, 60000)
        assert person.event('server.draining')['deadline_at'] == first
        daemon.child.terminate()
        assert person.event('server.draining')['deadline_at'] == first
        nearer = told_by_operator(daemon, 30000)
        assert nearer < first - 20000
        assert told_by_operator(daemon, 90000) == nearer
        person.request('session.end')
        assert daemon.child.wait(20) == 0


def test_nothing_runs():
    """without a call the daemon goes at once, whatever drain_ms is"""
    with Daemon({'server': {'drain_ms': '600000'}}) as daemon:
        page = citizen(daemon)
        take_ticket(page)
        daemon.child.terminate()
        assert page.event('leave')['action'] == 'resume'
        assert daemon.child.wait(20) == 0


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
