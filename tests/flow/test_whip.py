"""WHIP and WHEP as HTTP, and what they do to a session. Standard clients with media: test_standard.py."""
import json
import re
import sys

from lib import tap
from lib.call import call, enter, journal, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import Page, citizen, clerk
from lib.whip import FRAGMENT, SDP, Whip, offer_of

SHORT = {'hall': {'citizen_lost_ms': '2000'}, 'media': {'consent_timeout_ms': '5000', 'media_timeout_ms': '60000'}}


def opened(daemon, **more):
    """(session, tokens by role) of a session of the API."""
    body = {'matter': 'SB01', **more}
    answer = daemon.json('POST', '/api/v1/sessions', body, daemon.api_key(), expect=201)
    return answer['session'], {p['role']: p['token'] for p in answer['participants']}


def status(daemon, session):
    return daemon.json('GET', f'/api/v1/sessions/{session}', token=daemon.api_key())


def ended(daemon, session):
    found = until(lambda: (s := status(daemon, session))['state'] == 'ended' and s, 'the end of the session')
    return found['end_reason']


def states(daemon, session):
    return {p['role']: p['state'] for p in status(daemon, session)['participants']}


def refused(daemon, token, offer, path='/whip', **headers):
    """(status, code) of a POST that must be refused."""
    found = Whip(daemon, token, path, offer, **headers)
    assert found.location is None and found.error['msg'], found.headers
    return found.status, found.error['code']


def credentials(sdp):
    """(ufrag, password)"""
    return tuple(re.search(rf'(?m)^a=ice-{name}:(\S+)', sdp)[1] for name in ('ufrag', 'pwd'))


def test_publish_and_play():
    """201 with an answer for one way, a resource of one's own, 200 for DELETE, 404 after it"""
    with Daemon({'server': {'public_url': 'https://example.org/video'}}) as daemon:
        session, tokens = opened(daemon)
        sending = Whip(daemon, tokens['citizen'], '/whip', offer_of('sendrecv'))
        assert sending.status == 201, sending.error
        assert sending.headers['content-type'] == SDP and re.fullmatch(r'/video/whip/[0-9a-z]{26}', sending.location)
        assert re.fullmatch(r'"[^"]+"', sending.etag)
        assert sending.answer.count('a=recvonly') == 2 and 'a=ice-lite' in sending.answer and 'a=candidate:' in sending.answer
        assert states(daemon, session) == {'citizen': 'joined', 'clerk': 'away'}
        watching = Whip(daemon, tokens['citizen'], '/whep', offer_of('sendrecv'))
        assert watching.status == 201 and '/video/whep/' in watching.location
        assert watching.answer.count('a=sendonly') == 2 and watching.answer.count('a=ssrc:') == 2
        assert daemon.json('GET', '/healthz')['peers'] == 2
        stranger = opened(daemon)[1]['citizen']
        for token in (stranger, tokens['clerk'], daemon.guest()):
            assert sending.delete(token) == 404 and sending.patch('a=end-of-candidates\r\n', token, '*')[0] == 404
        again = Whip(daemon, tokens['citizen'], '/whip', offer_of('sendonly'))
        assert again.status == 201 and again.location != sending.location
        assert sending.delete() == 404, 'the one before is still there'
        assert again.delete() == 200 and again.delete() == 404
        assert states(daemon, session)['citizen'] == 'joined', 'the one who still watches is gone'
        assert watching.delete() == 200
        assert ended(daemon, session) == 'hangup_citizen'
        assert refused(daemon, tokens['clerk'], offer_of('sendonly')) == (404, 'session.none')


def test_refusals():
    """each fault has a status of its own and says why"""
    with Daemon() as daemon:
        token, offer = opened(daemon)[1]['citizen'], offer_of('sendonly')
        found = Whip(daemon, None, '/whip', offer)
        assert (found.status, found.error['code']) == (401, 'auth.bad_token') and found.headers['www-authenticate'] == 'Bearer'
        assert refused(daemon, token[:-3] + 'abc', offer) == (401, 'auth.bad_token')
        assert refused(daemon, daemon.login('6001'), offer) == (403, 'auth.role')
        assert refused(daemon, daemon.guest(), offer) == (404, 'session.none')
        assert refused(daemon, token, offer, **{'Content-Type': 'application/json'}) == (415, 'proto.type')
        assert refused(daemon, token, offer, **{'Content-Type': 'application/sdpx'}) == (415, 'proto.type')
        assert refused(daemon, token, '') == (422, 'media.sdp')
        assert refused(daemon, token, 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n') == (422, 'media.sdp')
        assert refused(daemon, token, offer_of('recvonly')) == (422, 'media.sdp')
        assert refused(daemon, token, offer_of('sendonly'), '/whep') == (422, 'media.sdp')
        assert refused(daemon, token, offer.replace('opus/48000/2', 'G722/8000')) == (422, 'media.no_common_codec')
        assert refused(daemon, token, offer + 'a=x-filler:1\r\n' * 5000) == (413, 'proto.too_large')
        for method, path, allow in (('GET', '/whip', 'POST, OPTIONS'), ('PUT', '/whep', 'POST, OPTIONS'), ('DELETE', '/whip', 'POST, OPTIONS'),
                                    ('GET', '/whip/x', 'PATCH, DELETE, OPTIONS'), ('POST', '/whep/x', 'PATCH, DELETE, OPTIONS')):
            code, headers, _ = daemon.http(method, path, token=token)
            assert (code, headers['allow']) == (405, allow), (method, path, code, headers)
        long = Whip(daemon, token, '/whip', offer + ('a=x-filler:' + 'x' * 1000 + '\r\n') * 30, **{'Content-Type': 'Application/SDP; charset=utf-8'})
        assert long.status == 201, long.error


def test_offers_are_limited():
    """as a page's offers: 10 at once, then one in a while; Retry-After says when"""
    with Daemon() as daemon:
        token = opened(daemon)[1]['citizen']
        found = [Whip(daemon, token, '/whip', offer_of('sendonly')) for _ in range(14)]
        late = [whip for whip in found if whip.status != 201]
        assert late and all(whip.status == 429 and whip.error['code'] == 'media.limit' for whip in late)
        assert all(1 <= int(whip.headers['retry-after']) <= 3 for whip in late)


def test_other_origins():
    """OPTIONS needs no token and tells what a page of another origin may do and read"""
    with Daemon() as daemon:
        for path, methods, accepts in (('/whip', 'POST', ('accept-post', SDP)), ('/whep', 'POST', ('accept-post', SDP)),
                                       ('/whip/anything', 'PATCH', ('accept-patch', FRAGMENT))):
            code, headers, body = daemon.http('OPTIONS', path, headers={'Origin': 'https://example.org'})
            assert code == 204 and not body and headers['access-control-allow-origin'] == '*'
            assert {methods, 'PATCH', 'DELETE'} <= set(headers['access-control-allow-methods'].split(', '))
            assert {'Authorization', 'Content-Type', 'If-Match'} <= set(headers['access-control-allow-headers'].split(', '))
            assert {'Location', 'ETag', 'Link'} <= set(headers['access-control-expose-headers'].split(', '))
            assert headers[accepts[0]] == accepts[1]
        assert daemon.http('GET', '/whip')[1]['access-control-allow-origin'] == '*'
        for length, status in (({'Content-Length': '999999'}, 413), ({'Content-Length': 'x'}, 400), ({'Transfer-Encoding': 'chunked'}, 411)):
            code, headers, body = daemon.http('POST', '/whip', headers=length)
            assert (code, headers.get('access-control-allow-origin')) == (status, '*'), (code, headers)
            assert json.loads(body)['e']['msg'] and headers['x-content-type-options'] == 'nosniff'
        assert 'access-control-allow-origin' not in daemon.http('POST', '/api/v1/login', headers={'Content-Length': '999999'})[1]


def test_trickle_and_restart():
    """PATCH: 428 without If-Match, 412 with another's, 204 for candidates, 200 with new credentials for a restart"""
    fragment = 'a=ice-ufrag:{0}\r\na=ice-pwd:{0}0123456789012345678\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n' \
               'a=candidate:1 1 udp 2130706431 192.0.2.1 4444 typ host\r\na=end-of-candidates\r\n'
    with Daemon() as daemon:
        whip = Whip(daemon, opened(daemon)[1]['citizen'], '/whip', offer_of('sendonly', ufrag='abcd', pwd='abcd0123456789012345678'))
        same, other = fragment.format('abcd'), fragment.format('efgh')
        assert whip.patch(same)[0] == 428
        assert whip.patch(same, etag='"another"')[0] == 412
        assert whip.patch(same, etag=whip.etag, type='application/sdp')[0] == 415
        assert whip.patch(same, etag=whip.etag, type=None)[0] == 415
        for bad in ('', 'candidates', 'a=ice-ufrag:abcd\r\n', 'a=ice-pwd:short\r\na=ice-ufrag:abcd\r\n', 'a=x\r\n' * 1025):
            code, _, body = whip.patch(bad, etag=whip.etag)
            assert code == 422 and json.loads(body)['e']['code'] == 'media.sdp', bad
        assert whip.patch(same, etag=whip.etag)[0] == whip.patch(same, etag='*')[0] == 204
        assert whip.patch(same, etag=f'"another", {whip.etag}')[0] == 204 and whip.patch(same, etag='"another", "yet"')[0] == 412
        assert whip.patch('m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=end-of-candidates\r\n', etag=whip.etag)[0] == 204
        code, headers, body = whip.patch(other, etag='*')
        text = body.decode()
        assert code == 200 and headers['content-type'] == FRAGMENT and headers['etag'] not in (whip.etag, None)
        ufrag = re.search(r'(?m)^a=ice-ufrag:(\S+)', text)[1]
        assert ufrag not in whip.answer and 'a=candidate:' in text and 'a=mid:0' in text, text
        assert whip.patch(other, etag=whip.etag)[0] == 412
        assert whip.patch(other, etag=headers['etag'])[0] == 204
        assert whip.delete() == 200


def test_after_a_crash():
    """kill -9 in mid-call: the resource is gone, who came by WHIP posts again and is in the same session"""
    with Daemon() as daemon:
        session, tokens = opened(daemon)
        desk = Page(daemon, tokens['clerk'])
        with Media(whip=(daemon, tokens['citizen'])) as voice, Media(desk):
            desk.event('session.state', lambda d: d['state'] == 'active')
            path = f'/api/v1/sessions/{session}'
            until(lambda: daemon.json('GET', path, token=daemon.api_key())['state'] == 'active', 'the start')
            daemon.kill()
        daemon.start()
        assert voice.whip.patch('a=end-of-candidates\r\n', etag='*')[0] == 404
        seen = desk.resume()['snapshot']['session']
        assert (seen['id'], seen['state']) == (session, 'active')
        with Media(whip=(daemon, tokens['citizen'])), Media(desk, 1001) as answer:
            until(lambda: answer.received() > 2, 'the voice by WHIP')
            desk.request('session.end')


def test_restart_in_a_call():
    """ICE restart by PATCH in the midst of media: the new credentials connect, and media goes on"""
    ours = ('restart1', 'restart1restart1restart1')
    fragment = f'a=ice-ufrag:{ours[0]}\r\na=ice-pwd:{ours[1]}\r\n'
    with Daemon() as daemon:
        session, tokens = opened(daemon)
        desk = Page(daemon, tokens['clerk'])
        with Media(whip=(daemon, tokens['citizen'])) as voice, Media(desk) as answer:
            desk.event('session.state', lambda d: d['state'] == 'active')
            code, _, body = voice.whip.patch(fragment, etag='*')
            assert code == 200
            assert voice.restart(ours, credentials(body.decode())), 'the new credentials are not taken'
            answer.received()
            until(answer.received, 'media after the restart')


def test_relays():
    """where there is a relay, its address and fresh credentials are in Link"""
    daemon = Daemon({'turn': {'urls': 'turn:192.0.2.1:3478?transport=tcp', 'secret_file': 'turn.secret'}})
    (daemon.folder / 'turn.secret').write_text('a secret of the relay\n')
    with daemon:
        token = opened(daemon)[1]['citizen']
        links = [Whip(daemon, token, path, offer_of('sendrecv')).headers['link'] for path in ('/whip', '/whep')]
        for link in links:
            assert re.fullmatch(r'<turn:192\.0\.2\.1:3478\?transport=tcp>; rel="ice-server"; username="\d+:[^"]+"; '
                                r'credential="[^"]{28}"; credential-type="password"', link), link
        assert links[0] != links[1] and not any(token in link for link in links)


def test_page_and_whip_are_one():
    """while a page has the media POST is 409; a page's offer takes the place of a resource"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        assert refused(daemon, person.token, offer_of('sendonly')) == (409, 'session.state')
        assert refused(daemon, person.token, offer_of('recvonly'), '/whep') == (409, 'session.state')
    with Daemon() as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        enter(daemon, person, desk)
        desk.event('session.started')
        sending = Whip(daemon, person.token, '/whip', offer_of('sendonly'))
        watching = Whip(daemon, person.token, '/whep', offer_of('recvonly'))
        assert sending.status == watching.status == 201
        assert {s['mid'] for s in person.event('media.slots')['slots']} == {'0', '1'}, 'the slots of WHEP are not told'
        with Media(person), Media(desk):
            person.event('session.state', lambda d: d['state'] == 'active')
            assert sending.delete() == watching.delete() == 404
            assert daemon.json('GET', '/healthz')['peers'] == 2


def test_media_without_a_page():
    """one side comes by WHIP alone: it is there from the first POST, heard by the page, and DELETE hangs up"""
    with Daemon() as daemon:
        session, tokens = opened(daemon)
        desk = Page(daemon, tokens['clerk'])
        with Media(whip=(daemon, tokens['citizen'])) as voice:
            desk.event('session.participant', lambda d: d['change'] == 'joined' and d['participant']['role'] == 'citizen')
            assert desk.event('session.started')['session']['participants'][0]['state'] == 'joined'
            with Media(desk) as answer:
                desk.event('session.state', lambda d: d['state'] == 'active')
                until(answer.received, 'media by WHIP at the page')
                desk.event('media.slots', lambda d: any(s['state'] == 'active' for s in d['slots']))
                assert voice.received() == 0, 'WHIP receives nothing'
                assert voice.whip.delete() == 200
                end = desk.event('session.state', lambda d: d['state'] == 'ended')
                assert end['reason'] == 'hangup_citizen'
        kinds = [kind for kind, _ in until(lambda: (daemon.folder / 'spool' / session / 'closed').exists() and journal(daemon, session),
                                           'the closed journal')]
        for kind in ('participant.joined', 'peer.open', 'media.section', 'media.connected', 'participant.left'):
            assert kinds.count(kind) >= 2, (kind, kinds)


def test_gathering_is_not_recorded():
    """what is sent before everybody is there is neither forwarded nor recorded"""
    with Daemon() as daemon:
        session, tokens = opened(daemon)
        with Media(whip=(daemon, tokens['citizen'])):
            assert status(daemon, session)['state'] == 'gathering'
            packets = until(lambda: (p := daemon.json('GET', '/healthz')['packets'])['in'] > 60 and p, 'packets of the first one')
            assert packets['forwarded'] == 0 and not (daemon.folder / 'spool' / session).exists()
            desk = Page(daemon, tokens['clerk'])
            with Media(desk) as answer:
                desk.event('session.state', lambda d: d['state'] == 'active')
                until(answer.received, 'media')


def test_gone_without_goodbye():
    """nothing comes any more: away, back with another POST, and gone after the time a lost page has"""
    with Daemon(SHORT) as daemon:
        session, tokens = opened(daemon)
        desk = Page(daemon, tokens['clerk'])
        voice = Media(whip=(daemon, tokens['citizen']))
        with Media(desk):
            desk.event('session.state', lambda d: d['state'] == 'active')
            voice.child.kill()
            desk.event('session.participant', lambda d: d['change'] == 'away')
            until(lambda: voice.whip.delete() == 404, 'the end of the resource')
            with Media(whip=(daemon, tokens['citizen'])):
                desk.event('session.participant', lambda d: d['change'] == 'back')
            desk.event('session.participant', lambda d: d['change'] == 'away')
            assert desk.event('session.state', lambda d: d['state'] == 'ended')['reason'] == 'lost_citizen'
        assert Whip(daemon, tokens['citizen'], '/whip', offer_of('sendonly')).status == 404


def test_helper_comes_and_goes():
    """an invited helper by WHIP: the others hear of it, and DELETE takes only the helper away"""
    with Daemon() as daemon, call(daemon) as (person, desk, voice, answer, session):
        code = desk.request('session.invite', {'role': 'helper'})['token']
        token = daemon.json('POST', '/api/v1/claim', {'claim': code})['token']
        assert refused(daemon, token, 'v=0') == (422, 'media.sdp')
        with Media(whip=(daemon, token)) as helper:
            joined = person.event('session.participant', lambda d: d['change'] == 'joined')['participant']
            assert joined['role'] == 'helper'
            slots = person.event('media.slots', lambda d: any(s['participant'] == joined['id'] and s['state'] == 'active'
                                                              for s in d['slots']))
            assert slots and helper.whip.delete() == 200
            left = person.event('session.participant', lambda d: d['change'] == 'left')['participant']
            assert left['id'] == joined['id'] and left['state'] == 'left'
        answer.received()
        until(answer.received, 'the call goes on')


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
