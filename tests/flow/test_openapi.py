"""docs/openapi.json is what the server does: every route is in it, and the answers fit their schemas."""
import json
import re
import sys

from lib import tap
from lib.call import call, until
from lib.daemon import Daemon, ROOT
from lib.schema import faults

NAME = '../../../docs/openapi.json'
DOCUMENT = json.loads((ROOT / 'docs/openapi.json').read_text(encoding='utf-8'))
ROUTE = re.compile(r'\{SIG_([A-Z]+), "([^"]+)"')
SESSION = 'a' * 26


def routes():
    """What the router answers, its stars named as the document names them."""
    text = (ROOT / 'signaling/http/router.c').read_text(encoding='utf-8')
    return {(method.lower(), path) for method, path in ROUTE.findall(text)}


def documented():
    return {(method, path): operation for path, methods in DOCUMENT['paths'].items() for method, operation in methods.items()}


def check(answer, method, path):
    """That an answer is one of those that the document has for this operation."""
    status, headers, text = answer
    operation = documented()[(method, path)]
    assert str(status) in operation['responses'], f'{method} {path}: {status} is not documented: {text[:300]!r}'
    content = operation['responses'][str(status)].get('content')
    if content is None:
        assert not text, f'{method} {path} {status}: a body that is not documented'
    elif 'application/json' in content:
        assert headers['content-type'].startswith('application/json')
        found = faults(json.loads(text), content['application/json']['schema'], NAME)
        assert not found, f'{method} {path} {status}: ' + '\n'.join(found)
    elif '*/*' not in content:
        assert headers['content-type'].split(';')[0] in content, headers['content-type']
    return status


def test_every_route_is_documented():
    """no route without a description, no description without a route"""
    named = {(method, re.sub(r'\{\w+\}', '*', path)) for method, path in documented()}
    assert len(routes()) > 15
    assert named == routes(), named ^ routes()


def test_references():
    """every reference leads somewhere, every operation says what it answers"""
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)):
        assert name in DOCUMENT['components']['schemas'], name
    for place, operation in documented().items():
        assert operation['responses'] and operation['summary'], place


def test_answers_fit():
    """each operation, done well and done badly, answers as the document says"""
    done = set()
    with Daemon() as daemon:
        def ask(expect, method, path, real=None, **more):
            assert check(daemon.http(method.upper(), real or path, **more), method, path) == expect, (method, path, expect)
            done.add((method, path))

        with call(daemon) as (_, desk, _, _, session):
            desk.request('session.end')
            desk.request('ticket.finish', {'ticket': session['ticket'], 'result': {'code': 'ANSWERED'}})
        folder = daemon.folder / 'archive' / session['id']
        folder.mkdir(parents=True)
        (folder / 'timeline.json').write_text('{}')
        (folder / 'manifest.json').write_text('{}')
        clerk, auditor, guest, key = daemon.login('3002'), daemon.login('6001'), daemon.guest(), daemon.api_key()
        ask(200, 'post', '/api/v1/guest', body={})
        ask(400, 'post', '/api/v1/guest', raw=b'[]')
        ask(413, 'post', '/api/v1/guest', raw=b'x' * 20000)
        ask(200, 'post', '/api/v1/login', body={'staff_no': '3002', 'password': daemon.passwords()['3002']})
        ask(401, 'post', '/api/v1/login', body={'staff_no': '3002', 'password': 'x'})
        ask(400, 'post', '/api/v1/login', body={})
        ask(200, 'get', '/api/v1/matters')
        ask(200, 'get', '/api/v1/windows', token=clerk)
        ask(401, 'get', '/api/v1/windows')
        ask(403, 'get', '/api/v1/windows', token=guest)
        ask(201, 'post', '/api/v1/sessions', body={'matter': 'SB01'}, token=key)
        ask(401, 'post', '/api/v1/sessions', body={'matter': 'SB01'})
        ask(404, 'post', '/api/v1/sessions', body={'matter': 'NO99'}, token=key)
        opened = daemon.json('POST', '/api/v1/sessions', {'matter': 'SB01'}, token=key, expect=201)
        claim = opened['participants'][0]['url'].split('claim=')[1]
        ask(200, 'post', '/api/v1/claim', body={'claim': claim})
        ask(401, 'post', '/api/v1/claim', body={'claim': claim})
        one = '/api/v1/sessions/{session}'
        ask(200, 'get', one, f'/api/v1/sessions/{opened["session"]}', token=key)
        ask(200, 'get', one, f'/api/v1/sessions/{session["id"]}', token=auditor)
        ask(404, 'get', one, f'/api/v1/sessions/{SESSION}', token=key)
        ask(200, 'get', '/api/v1/recordings', token=auditor)
        ask(400, 'get', '/api/v1/recordings', '/api/v1/recordings?limit=x', token=auditor)
        opening = '/api/v1/recordings/{session}/open'
        real = opening.replace('{session}', session['id'])
        ask(200, 'post', opening, real, body={'reason': 'x'}, token=auditor)
        ask(400, 'post', opening, real, body={}, token=auditor)
        ask(404, 'post', opening, opening.replace('{session}', SESSION), body={'reason': 'x'}, token=auditor)
        cookie = daemon.http('POST', real, {'reason': 'x'}, auditor)[1]['set-cookie'].split(';')[0]
        file, where = '/replay/{session}/{file}', f'/replay/{session["id"]}/manifest.json'
        ask(200, 'get', file, where, headers={'Cookie': cookie})
        ask(206, 'get', file, where, headers={'Cookie': cookie, 'Range': 'bytes=0-0'})
        ask(416, 'get', file, where, headers={'Cookie': cookie, 'Range': 'bytes=9-'})
        ask(401, 'get', file, where)
        ask(400, 'post', '/api/v1/diag', body={})
        ask(404, 'post', '/api/v1/diag', body={'sdp': 'v=0', 'diag': SESSION})
        ask(422, 'post', '/api/v1/diag', body={'sdp': 'v=0'})
        found, real = '/api/v1/diag/{diag}', f'/api/v1/diag/{SESSION}'
        ask(404, 'post', found, real, body={'camera': 'ok', 'microphone': 'ok', 'speaker': 'heard', 'ways': {}})
        ask(400, 'post', found, real, body={'camera': 'ok'})
        ask(404, 'get', found, real, token=clerk)
        ask(403, 'get', found, real, token=guest)
        ask(401, 'get', found, real)
        ask(200, 'get', '/healthz')
        ask(200, 'get', '/metrics')
        ask(426, 'get', '/ws')
        for kind in ('/whip', '/whep'):
            resource, real = kind + '/{resource}', f'{kind}/{SESSION}'
            ask(204, 'options', kind)
            ask(401, 'post', kind, raw=b'v=0', headers={'Content-Type': 'application/sdp'})
            ask(204, 'options', resource, real)
            ask(401, 'patch', resource, real, raw=b'a', headers={'Content-Type': 'application/trickle-ice-sdpfrag'})
            ask(401, 'delete', resource, real)
            ask(404, 'delete', resource, real, token=opened['participants'][0]['token'])
    assert done == set(documented()), set(documented()) - done


def test_media_of_a_session_that_runs():
    """what a line is like: the same word as its page is told, figures that fit, a picture that stood still counted"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        until(lambda: voice.received() and answer.received(), 'media both ways')
        person.request('media.stats', {'down': {'freezes': 3}})
        told = desk.event('media.quality', lambda d: d['participant'] == session['me'] and d['up_bps'] > 0)
        path = f'/api/v1/sessions/{session["id"]}'
        reply = daemon.http('GET', path, token=daemon.api_key())
        assert check(reply, 'get', '/api/v1/sessions/{session}') == 200
        media = next(one['media'] for one in json.loads(reply[2])['participants'] if one['id'] == session['me'])
        assert media['level'] == told['level'] and media['up_bps'] > 0 and media['freezes'] == 3, media
        assert media['way'] == 'udp' and media['up_loss_permille'] == 0, media


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
