"""The certificate: its chain, a new one while sockets are open, a bad one, its end, a self-made one's renewal."""
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from lib import tap
from lib.daemon import Daemon, insecure
from lib.call import until
from lib.page import citizen


def openssl(*arguments):
    subprocess.run(['openssl', *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make(folder, name, *more, subject=None, days=90):
    """A self-signed pair NAME.pem and NAME.key."""
    certificate, key = folder / f'{name}.pem', folder / f'{name}.key'
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', days, '-subj', subject or f'/CN={name}',
            '-keyout', key, '-out', certificate, *more)
    return certificate, key


def make_rsa(folder, name):
    """The same with a key of the other common type."""
    certificate, key = folder / f'{name}.pem', folder / f'{name}.key'
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', 90, '-subj', f'/CN={name}', '-keyout', key, '-out', certificate)
    return certificate, key


def shown(daemon, key_type=None):
    """What a new handshake gets, as DER; a client that takes keys of one type alone gets None where there is none."""
    context = insecure()
    if key_type:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f'a{key_type}')
    try:
        with socket.create_connection(('127.0.0.1', daemon.port), timeout=20) as plain, context.wrap_socket(plain) as tls:
            return tls.getpeercert(binary_form=True)
    except ssl.SSLError:
        if key_type:
            return None
        raise


def der(path):
    return ssl.PEM_cert_to_DER_cert(path.read_text().split('-----END CERTIFICATE-----')[0] + '-----END CERTIFICATE-----\n')


def with_files(folder):
    return Daemon({'server': {'certificate': str(folder / 'cert.pem'), 'private_key': str(folder / 'key.pem')}})


def place(folder, certificate, key):
    """As an administrator does: each file is replaced at once, the key first."""
    for source, name in ((key, 'key.pem'), (certificate, 'cert.pem')):
        if source:
            fresh = folder / (name + '.new')
            fresh.write_bytes(source.read_bytes())
            fresh.chmod(0o600)
            fresh.rename(folder / name)


def said(daemon, words):
    until(lambda: words in daemon.log(), f'"{words}" in the log')


def refused(folder):
    """What the daemon says when it cannot start with these files."""
    daemon = with_files(folder)
    daemon.write_config()
    done = subprocess.run([os.environ['SHIPINBAN'], '--config', daemon.folder / 'shipinban.conf'], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stderr
    return done.stderr


def test_new_certificate():
    """a new certificate is shown to new handshakes, sockets that are open go on; a bad one is named and the old one stays"""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        first, second, third = make(folder, 'first'), make(folder, 'second'), make(folder, 'third', days=20)
        place(folder, *first)
        with with_files(folder) as daemon:
            page = citizen(daemon)
            assert shown(daemon) == der(first[0])
            health = daemon.json('GET', '/healthz')['certificate']
            assert 88 <= health['days_left'] <= 90 and abs(health['not_after'] / 1000 - time.time() - 90 * 86400) < 3600
            place(folder, *second)
            until(lambda: shown(daemon) == der(second[0]), 'the second certificate')
            page.send({'t': 'ping', 'at': 7})
            assert page.next_frame()['at'] == 7
            place(folder, None, first[1])
            said(daemon, 'key.pem is not the key of the certificate in')
            assert shown(daemon) == der(second[0])
            place(folder, None, third[1])
            place(folder, third[0], None)
            until(lambda: shown(daemon) == der(third[0]), 'the third certificate')
            said(daemon, 'ends in 19 days')
            (folder / 'cert.pem').write_text('nonsense')
            said(daemon, 'there is no whole "BEGIN CERTIFICATE" in it')
            assert shown(daemon) == der(third[0])
            (folder / 'cert.pem').write_bytes(third[0].read_bytes())
            count = daemon.log().count('new certificate')
            daemon.child.send_signal(signal.SIGHUP)
            until(lambda: daemon.log().count('new certificate') > count, 'the reload that was asked for')
            page.cut()


def test_another_type_of_key():
    """a certificate with another type of key takes the former one's place for every client, there and back"""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        made, bought, later = make(folder, 'made'), make_rsa(folder, 'bought'), make(folder, 'later')
        place(folder, *made)
        with with_files(folder) as daemon:
            assert shown(daemon) == shown(daemon, 'ECDSA') == der(made[0]) and shown(daemon, 'RSA') is None
            for pair, type_now, type_before in ((bought, 'RSA', 'ECDSA'), (later, 'ECDSA', 'RSA')):
                place(folder, *pair)
                until(lambda: shown(daemon) == der(pair[0]), f'the {type_now} certificate')
                assert shown(daemon, type_now) == der(pair[0])
                assert shown(daemon, type_before) is None, 'the former certificate is still shown'


def test_chain():
    """the chain behind the certificate is sent too"""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        root, root_key = make(folder, 'root')
        key, request, leaf = folder / 'leaf.key', folder / 'leaf.csr', folder / 'leaf.pem'
        openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=leaf', '-keyout', key, '-out', request)
        openssl('x509', '-req', '-in', request, '-CA', root, '-CAkey', root_key, '-CAcreateserial', '-days', 90, '-out', leaf)
        chain = folder / 'chain.pem'
        chain.write_text(leaf.read_text() + root.read_text())
        place(folder, chain, key)
        with with_files(folder) as daemon:
            text = subprocess.run(['openssl', 's_client', '-connect', f'127.0.0.1:{daemon.port}', '-showcerts'], input='', capture_output=True,
                                  text=True, timeout=30).stdout
            assert text.count('BEGIN CERTIFICATE') == 2, text
        chain.write_text(root.read_text() + leaf.read_text())
        place(folder, chain, None)
        words = refused(folder)
        assert 'must stand first; it is number 2' in words and 'cert.pem' in words and '[server] certificate' in words, words


def test_bad_files():
    """what is wrong with the files at the start is said with file, cause and remedy"""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        first, second = make(folder, 'first'), make(folder, 'second')
        place(folder, first[0], second[1])
        assert 'is not the key of the certificate in' in refused(folder)
        openssl('pkey', '-in', first[1], '-aes256', '-passout', 'pass:secret', '-out', folder / 'locked.key')
        place(folder, first[0], folder / 'locked.key')
        words = refused(folder)
        assert 'the key is encrypted' in words and 'openssl pkey -in' in words
        place(folder, first[0], first[0])
        assert 'there is no whole "BEGIN PRIVATE KEY" in it' in refused(folder)
        place(folder, *first)
        (folder / 'key.pem').chmod(0o644)
        with with_files(folder) as daemon:
            assert 'chmod o-rwx' in daemon.log()


def test_self_made_is_renewed():
    """a self-made certificate is renewed before it ends; another's is left alone, with a warning"""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        place(folder, *make(folder, 'ours', subject='/O=shipinban (self-made)/CN=localhost', days=5))
        old = der(folder / 'cert.pem')
        with with_files(folder) as daemon:
            assert shown(daemon) != old
            assert daemon.json('GET', '/healthz')['certificate']['days_left'] > 700
        place(folder, *make(folder, 'theirs', days=5))
        with with_files(folder) as daemon:
            assert shown(daemon) == der(folder / 'theirs.pem')
            assert 'ends in 4 days' in daemon.log()


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
