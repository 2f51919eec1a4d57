"""The queue's life without media."""
import hashlib
import sys

from lib import tap
from lib.call import call
from lib.daemon import Daemon
from lib.page import citizen, clerk, take_ticket


def test_english_words():
    """matters, windows and the notice have English words; the notice may be acknowledged in either language, and in no other text"""
    with Daemon() as daemon:
        home = daemon.json('GET', '/api/v1/matters')
        assert all(matter['en']['name'].isascii() and matter['en']['guide'].isascii() for matter in home['matters'])
        english = home['notice']['en']
        assert english['sha256'] == hashlib.sha256(english['text'].encode()).hexdigest() != home['notice']['sha256']
        page = citizen(daemon)
        assert page.welcome['notice']['en'] == english
        assert page.refused('ticket.create', {'matter': 'SB01', 'notice_sha256': '0' * 64}) == 'notice.outdated'
        ticket = page.request('ticket.create', {'matter': 'SB01', 'notice_sha256': english['sha256']})['ticket']
        assert ticket['matter']['en'] == {'name': 'Proof of social insurance contributions'}


def test_ticket_is_called():
    """a ticket: number, 下一位, called, and a place in the queue that both see"""
    with Daemon() as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        snapshot = desk.request('queue.subscribe')
        assert snapshot['tickets'] == [] and snapshot['waiting'] == 0
        ticket = take_ticket(person)
        assert ticket['state'] == 'WAITING' and ticket['ahead'] == 0
        assert ticket['wait_min_ms'] < ticket['wait_max_ms']
        delta = desk.event('queue.delta', lambda d: d['upsert'])
        assert delta['upsert'][0]['id'] == ticket['id'] and delta['waiting'] == 1
        called = desk.request('ticket.next')['ticket']
        assert called['id'] == ticket['id'] and called['state'] == 'CALLED'
        event = person.event('ticket.called')
        assert event['window']['no'] == 2 and event['window']['staff_no'] == '3002'
        assert desk.event('window.state', lambda d: d['window']['state'] == 'busy')['window']['ticket']['id'] == ticket['id']
        entered = person.request('ticket.accept')
        session = entered['session']
        assert session['state'] == 'connecting' and session['ticket'] == ticket['id']
        started = desk.event('session.started')['session']
        assert started['id'] == session['id'] and started['me'] != session['me']


def test_ready_clerk_is_offered():
    """a ready clerk is offered the next; accepted it rings, rejected it goes to the head and the clerk is not ready"""
    with Daemon() as daemon:
        desk = clerk(daemon)
        assert desk.request('clerk.state', {'state': 'ready'})['window']['state'] == 'ready'
        person = citizen(daemon)
        ticket = take_ticket(person)
        offered = desk.event('ticket.offered')
        assert offered['ticket']['id'] == ticket['id'] and offered['why'] in ('due', 'head')
        desk.request('ticket.reject', {'ticket': ticket['id'], 'reason': '设备故障'})
        assert desk.event('window.state', lambda d: d['window']['state'] == 'not_ready')
        desk.request('clerk.state', {'state': 'ready'})
        again = desk.event('ticket.offered')
        assert again['ticket']['id'] == ticket['id'] and again['why'] == 'head'
        assert desk.request('ticket.accept', {'ticket': ticket['id']})['ticket']['state'] == 'CALLED'
        person.event('ticket.called')


def test_two_clerks_and_one_ticket():
    """two windows press 下一位 at once: one of them gets the ticket"""
    with Daemon() as daemon:
        first, second, person = clerk(daemon, '3002'), clerk(daemon, '3008'), citizen(daemon)
        ticket = take_ticket(person, 'YB01')
        numbers = [desk.request_send('ticket.next') for desk in (first, second)]
        answers = [desk.answer(number)['ticket'] for desk, number in zip((first, second), numbers)]
        assert sorted(answer is None for answer in answers) == [False, True], answers
        loser = second if answers[0] else first
        assert loser.refused('ticket.noshow', {'ticket': ticket['id']}) == 'ticket.unknown'


def test_places_in_the_queue():
    """who is ahead is told, and told again when somebody leaves; one ticket a citizen"""
    with Daemon() as daemon:
        people = [citizen(daemon) for _ in range(3)]
        tickets = [take_ticket(person, 'SB02') for person in people]
        assert [ticket['ahead'] for ticket in tickets] == [0, 1, 2]
        assert len({ticket['number'] for ticket in tickets}) == 3
        assert people[0].refused('ticket.create', {'matter': 'SB02', 'notice_sha256': daemon.notice()}) == 'ticket.exists'
        people[0].request('ticket.cancel')
        assert people[2].event('queue.position', lambda d: d['ticket']['ahead'] == 1)
        assert people[1].event('queue.position', lambda d: d['ticket']['ahead'] == 0)
        assert people[0].refused('ticket.cancel') == 'ticket.none'
        assert people[0].welcome['me'] == {'role': 'citizen'}


def test_i_am_here():
    """ticket.accept in the queue means 我在"""
    with Daemon() as daemon:
        person = citizen(daemon)
        take_ticket(person)
        ticket = person.request('ticket.accept')['ticket']
        assert ticket['state'] == 'WAITING' and ticket['ready'] is True
        assert citizen(daemon).refused('ticket.accept') == 'ticket.none'


def test_result_is_complete():
    """材料不全 needs its list, 不予受理 its ground; then the ticket is finished"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        ticket = session['ticket']
        person.request('session.end')
        extended = desk.event('window.state', lambda d: d['window']['state'] == 'wrap_up')['window']
        assert desk.request('wrapup.extend')['deadline_at'] > extended['wrap_up_deadline_at']
        for result in ({'code': 'SUPPLEMENT'}, {'code': 'SUPPLEMENT', 'missing': []}, {'code': 'NOT_ACCEPTED'}):
            assert desk.refused('ticket.finish', {'ticket': ticket, 'result': result}) == 'result.invalid', result
        desk.request('ticket.finish', {'ticket': ticket, 'result': {'code': 'SUPPLEMENT', 'missing': ['户口簿', '结婚证']}})
        done = person.event('ticket.updated', lambda d: d['ticket']['state'] == 'FINISHED')['ticket']
        assert done['result'] == {'code': 'SUPPLEMENT', 'missing': ['户口簿', '结婚证']}
        assert desk.event('window.state', lambda d: d['window']['served_today'] == 1)
        assert take_ticket(person)['state'] == 'WAITING', 'a second visit'


def test_nobody_serves():
    """without a window that works nobody can tell the wait"""
    with Daemon() as daemon:
        person = citizen(daemon)
        ticket = take_ticket(person)
        assert 'wait_min_ms' not in ticket and 'wait_max_ms' not in ticket
        home = daemon.json('GET', '/api/v1/matters')
        assert home['windows_open'] == 0 and home['wait_min_ms'] is None and home['wait_max_ms'] is None
        clerk(daemon)
        assert person.event('queue.position', lambda d: 'wait_max_ms' in d['ticket'])
        assert daemon.json('GET', '/api/v1/matters')['windows_open'] == 1


def test_transfer():
    """a running session ends here, and its ticket is called at the other window"""
    with Daemon() as daemon, call(daemon, 'YB02') as (person, desk, voice, answer, session):
        other = clerk(daemon, '3007')
        assert other.request('queue.subscribe')['waiting'] == 0
        assert desk.refused('ticket.transfer', {'ticket': session['ticket'], 'window': 99}) == 'window.none'
        desk.request('ticket.transfer', {'ticket': session['ticket'], 'window': 7, 'note': '请七号窗续办'})
        assert person.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'transferred'
        back = person.event('queue.position', lambda d: d['ticket']['id'] == session['ticket'])['ticket']
        assert not back['ready'] and 'note' not in back, 'the note is for clerks'
        delta = other.event('queue.delta', lambda d: [row for row in d['upsert'] if row['callable']])
        assert delta['waiting'] == 1 and not delta['upsert'][0]['ready']
        third = clerk(daemon, '3003')
        snapshot = third.request('queue.subscribe')
        assert snapshot['waiting'] == 0 and [row['callable'] for row in snapshot['tickets']] == [False]
        other.request('clerk.state', {'state': 'ready'})
        offered = other.event('ticket.offered')
        assert offered['why'] == 'transfer' and offered['ticket']['note'] == '请七号窗续办'
        assert other.request('ticket.next')['ticket']['note'] == '请七号窗续办'
        assert person.event('ticket.called')['window']['no'] == 7
        assert person.request('ticket.accept')['session']['id'] != session['id']


def test_finish_ends_the_call():
    """ticket.finish in a running call ends it for both"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        desk.request('ticket.finish', {'ticket': session['ticket'], 'result': {'code': 'ANSWERED'}})
        assert person.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'finished'
        assert person.event('ticket.updated', lambda d: d['ticket']['state'] == 'FINISHED')


def test_ring_is_not_answered():
    """a phone that is not answered: back in the queue, passed over, then a no-show that may come back once"""
    with Daemon({'hall': {'ring_ms': '300', 'no_show_ms': '300'}}) as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        take_ticket(person)
        desk.request('ticket.next')
        person.event('ticket.called')
        person.event('queue.position', lambda d: d['ticket']['state'] == 'WAITING')
        assert person.event('ticket.expired')['reason'] == 'no_show'
        assert person.request('ticket.requeue')['ticket']['state'] == 'WAITING'


def test_page_that_is_gone():
    """a waiting page that is gone is passed over; back again it is called"""
    with Daemon() as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        ticket = take_ticket(person)
        desk.request('queue.subscribe')
        person.cut()
        desk.event('queue.delta', lambda d: d['upsert'] and not d['upsert'][0]['ready'])
        assert desk.request('ticket.next')['ticket'] is None
        assert person.resume()['resumed']
        desk.event('queue.delta', lambda d: d['upsert'] and d['upsert'][0]['ready'])
        assert desk.request('ticket.next')['ticket']['id'] == ticket['id']


def test_clerk_is_gone():
    """a clerk whose page stays away gives the window and the called ticket back"""
    with Daemon({'hall': {'clerk_lost_ms': '400'}}) as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        ticket = take_ticket(person)
        desk.request('ticket.next')
        person.event('ticket.called')
        desk.cut()
        waiting = person.event('queue.position', lambda d: d['ticket']['state'] == 'WAITING')['ticket']
        assert waiting['id'] == ticket['id'] and waiting['ahead'] == 0
        back = clerk(daemon)
        assert 'ticket' not in back.welcome['snapshot']['window']
        assert back.request('ticket.next')['ticket']['id'] == ticket['id']


def test_clerk_is_gone_in_a_call():
    """a clerk who stays away in a call ends it after the grace time, for the stated reason"""
    with Daemon({'hall': {'clerk_lost_ms': '400'}}) as daemon, call(daemon) as (person, desk, voice, answer, session):
        desk.cut()
        assert person.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'lost_clerk'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
