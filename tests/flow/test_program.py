"""The program itself: its options, what it says of a bad configuration, and what it makes at its first start."""
import os
import re
import socket
import stat
import subprocess
import sys

from lib import tap
from lib.daemon import Daemon


def run(*args, cwd=None):
    done = subprocess.run([os.environ['SHIPINBAN'], *args], cwd=cwd, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def configured(daemon, text=''):
    daemon.write_config()
    path = daemon.folder / 'shipinban.conf'
    if text:
        path.write_text(text)
    return str(path)


def test_options():
    """--version says the version; unknown options and a missing configuration end with 2"""
    assert run('--version')[:2] == (0, 'shipinban 0.1.0\n')
    for args in ((), ('--nonsense',), ('--config', '/nowhere.conf'), ('stray',)):
        code, _, errors = run(*args)
        assert code == 2 and errors.startswith('shipinban: '), (args, code, errors)


def test_check_config():
    """--check-config finds the line of a fault and starts nothing"""
    daemon = Daemon()
    assert run('--check-config', '--config', configured(daemon)) == (0, '', '')
    assert not (daemon.folder / 'hall.db').exists()
    code, _, errors = run('--check-config', '--config', configured(daemon, '[server]\nport = 8443\n\n[meda]\n'))
    assert code == 2 and 'shipinban.conf:4: [meda]' in errors, errors
    daemon.__exit__(None, None, None)


def test_first_start():
    """certificate, API key and demo accounts are made once, secrets readable by the owner alone"""
    with Daemon() as daemon:
        for name in ('api.key', 'accounts.txt', 'tls/key.pem'):
            assert stat.S_IMODE((daemon.folder / name).stat().st_mode) == 0o600, name
        kept = {name: (daemon.folder / name).read_bytes() for name in ('api.key', 'accounts.txt', 'tls/key.pem', 'tls/cert.pem')}
        token = daemon.login('3002')
        assert daemon.stop() == 0
        daemon.start()
        for name, text in kept.items():
            assert (daemon.folder / name).read_bytes() == text, name
        assert daemon.http('GET', '/api/v1/windows', token=token)[0] == 200, 'tokens outlive a restart'
        secrets = [*daemon.passwords().values(), daemon.api_key(), token]
        assert not [secret for secret in secrets if secret in daemon.log()], 'a secret is in the log'


def test_port_is_taken():
    """a port that somebody else has ends the start with 1, and the log says which"""
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        daemon = Daemon({'server': {'port': str(port)}})
        code, _, errors = run('--config', configured(daemon))
        assert code == 1 and f'[server] port: cannot listen on 127.0.0.1 port {port}' in errors, errors
        assert 'already in use' in errors, errors
        daemon.__exit__(None, None, None)


def test_parts_that_cannot_start():
    """a database, a certificate, a key or a media address that cannot be had end the start with 1 and words"""
    faults = (({'hall': {'database': '/proc/hall.db'}}, 'hall.db'), ({'api': {'key_file': '/proc/key'}}, '/proc/key'),
              ({'hall': {'database': '/etc/hostname'}}, '/etc/hostname'), ({'server': {'listen': '192.0.2.1'}}, '192.0.2.1'),
              ({'recorder': {'spool': '/proc/spool'}}, '/proc/spool'), ({'media': {'listen': '192.0.2.1'}}, '192.0.2.1'),
              ({'recorder': {'archive': '/proc/archive'}}, '/proc/archive'),
              ({'server': {'certificate': '/proc/cert.pem', 'private_key': '/proc/key.pem'}}, '/proc/cert.pem'))
    for settings, words in faults:
        daemon = Daemon(settings)
        code, output, errors = run('--config', configured(daemon))
        assert code == 1 and words in errors and not output, (settings, code, errors)
        (section, keys), = settings.items()
        assert re.search(rf'shipinban.conf:[0-9]+: \[{section}\] {next(iter(keys))}: ', errors), errors
        daemon.__exit__(None, None, None)


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
