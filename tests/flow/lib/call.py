"""The way into a call, and what it leaves behind."""
import contextlib
import threading
import time

from .media import Media
from .page import citizen, clerk, take_ticket

WAIT_S = 20
LOOK_S = 0.1


def enter(daemon, person, desk, matter='SB01'):
    """Up to 进入; the answer's session."""
    take_ticket(person, matter)
    called = desk.request('ticket.next')['ticket']
    assert called, 'nobody was called'
    person.event('ticket.called')
    return person.request('ticket.accept')['session']


@contextlib.contextmanager
def call(daemon, matter='SB01', staff_no='3002'):
    """(citizen, clerk, citizen's media, clerk's media, session) of an active call."""
    person, desk = citizen(daemon), clerk(daemon, staff_no)
    session = enter(daemon, person, desk, matter)
    desk.event('session.started')
    with Media(person) as voice, Media(desk) as answer:
        person.event('session.state', lambda d: d['state'] == 'active')
        desk.event('session.state', lambda d: d['state'] == 'active')
        yield person, desk, voice, answer, session


def until(what, words, timeout=WAIT_S):
    """Asks until `what` is true: for what another process does without telling this one."""
    deadline, never = time.monotonic() + timeout, threading.Event()
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        never.wait(LOOK_S)
    raise AssertionError(f'not within {timeout} s: {words}')


def journal(daemon, session):
    """The events of the session's segments, as (type, fields): systemd journal export blocks of pcapng (type 9)."""
    events = []
    for path in sorted((daemon.folder / 'spool' / session).glob('*.pcapng')):
        data, at = path.read_bytes(), 0
        while at + 12 <= len(data):
            kind = int.from_bytes(data[at:at + 4], 'little')
            size = int.from_bytes(data[at + 4:at + 8], 'little')
            if size < 12 or at + size > len(data):
                break
            if kind == 9:
                events.append(fields_of(data[at + 8:at + size - 4]))
            at += size
    return [(fields.get('SHIPINBAN_EVENT'), fields) for fields in events]


def fields_of(entry):
    """One entry of the export format: NAME=value lines, or NAME, a 64-bit length and the value where it has newlines."""
    fields, at = {}, 0
    while at < len(entry):
        end = entry.find(b'\n', at)
        if end <= at:
            break
        line = entry[at:end]
        if b'=' in line:
            name, value = line.split(b'=', 1)
            at = end + 1
        else:
            size = int.from_bytes(entry[end + 1:end + 9], 'little')
            name, value = line, entry[end + 9:end + 9 + size]
            at = end + 9 + size + 1
        fields[name.decode()] = value.decode()
    return fields
