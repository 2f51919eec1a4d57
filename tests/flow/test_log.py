"""What the daemon writes to its log: ids where they help, nothing of persons."""
import base64
import contextlib
import json
import re
import sys

from lib import tap
from lib.call import call
from lib.daemon import Daemon
from lib.page import citizen, take_ticket
from lib.store import connect


def subject(token):
    """Whom a token names."""
    body = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(body + '=' * (-len(body) % 4)))['sub']


def test_nothing_personal():
    """no citizen's subject, no token, no resume key, no chat and no address of a page, even with every debug line"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        other = citizen(daemon)
        take_ticket(other)
        person.request('chat.send', {'text': '我的身份证号是保密的'})
        person.request('session.end')
        desk.event('session.state', lambda d: d['state'] == 'ended')
        assert daemon.stop() == 0
        log = daemon.log()
        secrets = [page.token for page in (person, desk, other)] + [page.key for page in (person, desk, other)]
        secrets += [subject(person.token), subject(other.token), '保密', daemon.api_key(), *daemon.passwords().values()]
        assert not [secret for secret in secrets if secret in log]
        lines = [line for line in log.splitlines() if '127.0.0.1' in line and 'main:' not in line]
        assert not lines, lines


def test_what_is_typed_as_staff_number():
    """somebody types a name where his number belongs: neither log nor trail keep it"""
    with Daemon({'server': {'log_level': 'info'}}) as daemon:
        known = next(iter(daemon.passwords()))
        for staff_no in ('ZHANGSAN', known):
            daemon.http('POST', '/api/v1/login', {'staff_no': staff_no, 'password': 'wrong'})
        log = daemon.log()
        assert 'login of an unknown account refused' in log and 'ZHANGSAN' not in log, log
        assert f'login of {known} refused' in log, log
        with contextlib.closing(connect(daemon)) as rows:
            objects = [row[0] for row in rows.execute("SELECT object FROM audit WHERE action = 'login.failed' ORDER BY seq")]
        assert objects == ['staff:unknown', f'staff:{known}'], objects


def test_a_session_is_followed_by_its_id():
    """the lines of one session carry its id, its end the reason; each line is one"""
    with Daemon({'server': {'log_level': 'info'}}) as daemon:
        with call(daemon) as (person, desk, voice, answer, session):
            person.request('session.end')
            desk.event('session.state', lambda d: d['state'] == 'ended')
        lines = [line for line in daemon.log().splitlines() if f'session={session["id"]}' in line]
        assert any('preparing -> recording' in line for line in lines), lines
        assert any('connecting -> active (ready)' in line for line in lines), lines
        assert any(line.endswith(f'session={session["id"]} participant={session["me"]} reason=hangup_citizen') for line in lines), lines
        assert all(re.match(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warning|info) +[a-z]+: ', line)
                   for line in daemon.log().splitlines()), daemon.log()


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
