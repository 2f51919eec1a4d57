"""The daemon dies or is told to stop; what was waiting waits on."""
import sys

from lib import tap
from lib.call import call, until
from lib.daemon import Daemon
from lib.page import Closed, citizen, clerk, take_ticket


def test_killed_and_started():
    """after kill -9 tickets wait on, in their order, and their pages resume with the keys they had"""
    with Daemon() as daemon:
        people = [citizen(daemon) for _ in range(3)]
        tickets = [take_ticket(person, 'SB02') for person in people]
        desk = clerk(daemon)
        daemon.kill()
        daemon.start()
        for person, ticket in zip(people, tickets):
            welcome = person.resume(last_seq=0)
            assert welcome['resumed'] and welcome['revived']
            assert welcome['snapshot']['ticket']['id'] == ticket['id']
            assert welcome['snapshot']['ticket']['number'] == ticket['number']
        desk.resume(last_seq=0)
        assert [row['id'] for row in desk.request('queue.subscribe')['tickets']] == [t['id'] for t in tickets]
        until(lambda: desk.request('ticket.next')['ticket'], 'the first is called', timeout=10)
        assert people[0].event('ticket.called')['ticket']['id'] == tickets[0]['id']


def test_told_to_stop():
    """SIGTERM: pages are told to come back, sessions end, sockets close with 1001, the exit code is 0"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        daemon.child.terminate()
        assert person.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'server_restart'
        assert person.event('leave') == {'action': 'resume', 'after_ms': 2000}
        try:
            while True:
                person.next_frame()
        except Closed as closed:
            assert closed.code == 1001
        assert daemon.child.wait(20) == 0
        assert (daemon.folder / 'spool' / session['id'] / 'closed').exists()


def test_token_of_another_store():
    """a token that another installation signed opens nothing"""
    with Daemon() as one, Daemon() as other:
        status, _, _ = other.http('GET', '/api/v1/recordings', token=one.login('6001'))
        assert status == 401


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
