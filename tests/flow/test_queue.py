"""The queue's life without media."""
import sys

from lib import tap
from lib.daemon import Daemon
from lib.page import citizen, clerk, take_ticket


def test_ticket_is_called():
    """a ticket: number, 下一位, called, and a place in the queue that both see"""
    with Daemon() as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        snapshot = desk.request('queue.subscribe')
        assert snapshot['tickets'] == [] and snapshot['waiting'] == 0
        ticket = take_ticket(person)
        assert ticket['state'] == 'WAITING' and ticket['ahead'] == 0
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


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
