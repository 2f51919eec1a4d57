"""The units under a real systemd: a call over kill -9 and over a daemon that hangs, a reload, a drain, the recording, the journal."""
import os
import pathlib
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'flow'))

from lib import child, tap
from lib.call import enter, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import citizen, clerk

STATE = pathlib.Path('/var/lib/shipinban')
CONFIG = pathlib.Path('/etc/shipinban/shipinban.conf')
DRAIN_S = 5


def told(*command):
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        log = subprocess.run(['journalctl', '--no-pager', '--lines', '40'], check=False, capture_output=True, text=True).stdout
        raise AssertionError(f'{command}: {done.returncode} {done.stderr}\n{log}')
    return done.stdout.strip()


def shown(what, unit='shipinban'):
    return told('systemctl', 'show', '--property', what, '--value', unit)


def install():
    """As docs/operations.md says; the network is this machine's own."""
    told('ip', 'link', 'set', 'lo', 'up')
    told('ip', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1')
    for words in ('addr add 10.9.9.1/24 dev v0', 'link set v0 up', 'link set v1 up', 'route add default dev v0'):
        told('ip', *words.split())
    told('systemd-sysusers')
    told('install', '-d', '-m', '750', '-g', 'shipinban', str(CONFIG.parent))
    text = pathlib.Path('/usr/share/shipinban/shipinban.conf').read_text(encoding='utf-8')
    text = text.replace('drain_ms = 600000', f'drain_ms = {DRAIN_S * 1000}')
    CONFIG.write_text(text.replace('[hall]\n', f'[hall]\nalways_open = true\ndemo_accounts_file = {STATE}/accounts.txt\n'), encoding='utf-8')
    told('systemctl', 'daemon-reload')
    told('systemctl', 'enable', '--now', 'shipinban', 'shipinban-recorder')


def service():
    daemon = Daemon()
    daemon.folder, daemon.port = STATE, 443
    return daemon


def broken(number, within_s):
    """Another process serves."""
    was, since = shown('MainPID'), time.monotonic()
    os.kill(int(was), number)
    until(lambda: shown('MainPID') not in ('0', was) and shown('ActiveState') == 'active', 'it serves again', within_s)
    print(f'# {number.name}: serves again after {time.monotonic() - since:.1f} s', flush=True)


def again(pages):
    for page in pages:
        page.resume()
        page.event('media.restart')
    return [Media(page, offer_id=2) for page in pages]


def test_units():
    """installed it starts; killed or hanging it is started again and the call goes on; stopped it drains; all is recorded"""
    install()
    daemon = service()
    person, desk = citizen(daemon), clerk(daemon)
    session = enter(daemon, person, desk)['id']
    media = [Media(person), Media(desk)]
    person.event('session.state', lambda d: d['state'] == 'active')
    for number, within_s in ((signal.SIGKILL, 20), (signal.SIGSTOP, 60)):
        broken(number, within_s)
        for one in media:
            one.stop()
        media = again((person, desk))
        assert person.welcome['snapshot']['session']['id'] == session
        until(lambda: all(one.received() for one in media), 'media both ways')
    process = shown('MainPID')
    told('systemctl', 'reload', 'shipinban')
    assert shown('MainPID') == process, 'a reload is no restart'

    stop = child.start(['systemctl', 'stop', 'shipinban'])
    person.event('server.draining')
    assert shown('ActiveState') == 'deactivating'
    until(lambda: shown('StatusText').startswith('draining: 1 calls'), 'the status line')
    assert person.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'server_restart'
    assert stop.wait(20) == 0
    assert (shown('ActiveState'), shown('Result'), shown('ExecMainStatus')) == ('inactive', 'success', '0')
    for one in media:
        one.stop()
    until(lambda: (STATE / 'archive' / session / 'manifest.json').exists(), 'the rendering', 60)
    assert len(list((STATE / 'archive' / session).glob('*.webm'))) == 2
    assert len(list((STATE / 'archive' / session / 'journal').glob('*.pcapng'))) == 3
    lines = told('journalctl', '--output', 'cat', f'SESSION={session}', 'REASON=server_restart')
    assert lines, 'the journal knows the session and the reason'


def test_wrong_configuration():
    """a wrong configuration is named and not tried again and again"""
    good = CONFIG.read_text(encoding='utf-8')
    CONFIG.write_text(good + '[media]\nnonsense = 1\n', encoding='utf-8')
    assert subprocess.run(['systemctl', 'start', 'shipinban'], check=False, capture_output=True).returncode
    assert (shown('ActiveState'), shown('ExecMainStatus')) == ('failed', '2')
    assert 'nonsense' in told('journalctl', '--unit', 'shipinban', '--output', 'cat', '--lines', '5')
    CONFIG.write_text(good, encoding='utf-8')
    told('systemctl', 'start', 'shipinban')


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
