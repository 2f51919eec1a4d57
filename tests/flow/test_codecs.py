"""Which codec is sent when not everybody can do everything, and when an encoder gives nothing."""
import contextlib
import re
import sys
import time

from lib import tap
from lib.call import enter, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import Page, Refused, citizen, clerk
from lib.whip import Whip, offer_of

H264 = 'a=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\na=rtcp-fb:102 nack pli\r\n'
H264_FIRST = {'media': {'video_codecs': 'h264;vp8'}}
WAIT_S = 20


def both(offer):
    """VP8 and H.264 in every section of pictures."""
    offer = offer.replace('SAVPF 96\r\n', 'SAVPF 96 102\r\n')
    return offer.replace('a=rtpmap:96 VP8/90000\r\n', 'a=rtpmap:96 VP8/90000\r\n' + H264)


def h264(offer):
    """H.264 alone."""
    return re.sub(r'a=rtpmap:96 VP8/90000\r\n(a=rtcp-fb:96 \S.*\r\n)*', H264, offer.replace('SAVPF 96\r\n', 'SAVPF 102\r\n'))


def vp9(offer):
    """Pictures in nothing that we know."""
    return offer.replace('VP8/90000', 'VP9/90000')


def codecs(answer, mid=1):
    """Codecs of an answered section, in order; mid 1 is the camera."""
    section = next(part for part in answer.split('\r\nm=')[1:] if f'\r\na=mid:{mid}\r\n' in part)
    names = dict(re.findall(r'a=rtpmap:(\d+) (\w+)/', section))
    return [names[number] for number in section.split('\r\n')[0].split()[3:] if number in names]


@contextlib.contextmanager
def call(settings, person_offers, desk_offers):
    """(citizen, clerk, citizen's media, clerk's media): the citizen offers first."""
    with Daemon(settings) as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        person.me = enter(daemon, person, desk)['me']
        desk.me = desk.event('session.started')['session']['me']
        with Media(person, change=person_offers) as voice, Media(desk, change=desk_offers) as answer:
            yield person, desk, voice, answer


def again(page, media, number=2):
    return page.request('media.offer', {'sdp': media.offer, 'offer_id': number})['sdp']


def unseen(page):
    """(from, by) of each pair that the page is told."""
    return sorted((pair['from'], pair['by']) for pair in page.event('media.unseen')['pairs'])


def event_while_dead(page, name, seconds, encoded_more=0, **up):
    """The event that comes while the page goes on telling that nothing (or so much more) is encoded; None when none does."""
    deadline = time.monotonic() + seconds
    encoded = captured = 0
    while time.monotonic() < deadline:
        encoded += encoded_more
        captured += 30
        try:
            page.request('media.stats', {'up': {'frames_encoded': encoded, 'frames_captured': captured, **up}})
        except Refused as refusal:
            assert refusal.code == 'proto.limit', refusal
        try:
            return page.event(name, timeout=1.1)
        except AssertionError:
            pass
    return None


def test_who_lacks_the_codec_in_use():
    """the sender is asked to offer again, and is answered with what both can do; nobody else is asked"""
    with call(H264_FIRST, both, str) as (person, desk, voice, answer):
        assert codecs(voice.answer) == ['H264', 'VP8'] and codecs(answer.answer) == ['VP8']
        assert person.event('media.reoffer') == {'reason': 'codec', 'codec': 'VP8'}
        again_answer = again(person, voice)
        assert codecs(again_answer) == ['VP8'], again_answer
        assert codecs(again_answer, 7) == ['H264', 'VP8'], 'what it receives is not narrowed'
        ssrcs = [line for line in again_answer.splitlines() if line.startswith('a=ssrc:')]
        assert ssrcs == [line for line in voice.answer.splitlines() if line.startswith('a=ssrc:')]
        answer.received()
        until(answer.received, 'media goes on')
        person.request('session.end')
        desk.event('session.state', lambda d: d['state'] == 'ended')
        assert not [e for e in person.events + desk.events if e['m'] in ('media.reoffer', 'media.unseen')]


def test_first_in_common_from_the_start():
    """who comes second is answered with what the first can decode; nobody has to offer again"""
    with call(H264_FIRST, str, both) as (person, desk, voice, answer):
        assert codecs(answer.answer) == ['VP8'] and codecs(answer.answer, 7) == ['H264', 'VP8']
        until(voice.received, 'media')
        assert not [e for e in person.events + desk.events if e['m'] == 'media.reoffer']


def helper_token(desk):
    code = desk.request('session.invite', {'role': 'helper'})['token']
    return desk.daemon.json('POST', '/api/v1/claim', {'claim': code})['token']


def test_third_who_lacks_it():
    """a third who comes later makes both change; when the third goes, nobody has to change back"""
    with call(H264_FIRST, both, both) as (person, desk, voice, answer):
        helper = Page(desk.daemon, helper_token(desk))
        with Media(helper) as third:
            for page, media in ((person, voice), (desk, answer)):
                assert page.event('media.reoffer') == {'reason': 'codec', 'codec': 'VP8'}
                assert codecs(again(page, media)) == ['VP8']
            until(third.received, 'media for the third')
            helper.request('session.end')
        for page, media in ((person, voice), (desk, answer)):
            page.event('session.participant', lambda d: d['change'] == 'left')
            assert codecs(again(page, media, 3)) == ['VP8', 'H264']
        person.request('session.end')
        desk.event('session.state', lambda d: d['state'] == 'ended')
        assert not [e for e in person.events + desk.events if e['m'] in ('media.reoffer', 'media.unseen')]


def test_whip_is_not_asked():
    """who publishes by WHIP in a codec that nobody here can decode stays unseen, and they are told"""
    with call({}, str, str) as (person, desk, voice, answer):
        published = Whip(desk.daemon, helper_token(desk), '/whip', h264(offer_of('sendonly')))
        assert published.status == 201 and codecs(published.answer) == ['H264']
        for page in (person, desk):
            pairs = unseen(page)
            helper = page.event('session.participant', lambda d: d['change'] == 'joined')['participant']['id']
            assert pairs == sorted([(helper, person.me), (helper, desk.me)])
        assert published.delete() == 200
        for page in (person, desk):
            page.event('media.unseen', lambda d: d['pairs'] == [])


def test_nothing_in_common():
    """both are told who cannot see whom, until one of them can"""
    with call({}, h264, str) as (person, desk, voice, answer):
        for page in (person, desk):
            assert unseen(page) == sorted([(person.me, desk.me), (desk.me, person.me)])
        answer.offer = both(answer.offer)
        assert codecs(again(desk, answer)) == ['H264']
        for page in (person, desk):
            page.event('media.unseen', lambda d: d['pairs'] == [])
        answer.received()
        until(answer.received, 'the voice goes on all the time')


def test_pictures_that_nobody_knows():
    """a client without any of our codecs keeps its voice, and everybody knows why there is no picture"""
    with call({}, vp9, str) as (person, desk, voice, answer):
        assert '\r\nm=video 0 ' in voice.answer and codecs(voice.answer, 0) == ['opus']
        assert unseen(desk) == sorted([(person.me, desk.me), (desk.me, person.me)])
        until(answer.received, 'the voice of the one without pictures')
        until(voice.received, 'the voice of the other')


def test_dead_encoder():
    """a camera of which nothing is encoded gets the next codec, once; then there is no other"""
    with call({}, both, both) as (person, desk, voice, answer):
        assert codecs(voice.answer) == ['VP8', 'H264']
        assert event_while_dead(person, 'media.reoffer', WAIT_S) == {'reason': 'encoder', 'codec': 'H264'}
        assert codecs(again(person, voice)) == ['H264']
        assert event_while_dead(person, 'media.reoffer', 6) is None
        nobody = [{'from': person.me, 'by': desk.me}]
        assert desk.event('media.unseen', lambda d: d['pairs'])['pairs'] == nobody, 'both are dead: it is said'
        assert person.event('media.unseen', lambda d: d['pairs'])['pairs'] == nobody
        assert event_while_dead(person, 'media.unseen', WAIT_S, encoded_more=9)['pairs'] == [], 'one works after all'
        assert desk.event('media.unseen')['pairs'] == []
        assert codecs(again(desk, answer)) == ['VP8', 'H264'], 'the other side is not concerned'


def test_encoder_that_has_nothing_to_do():
    """a muted camera, one that gives no pictures, and one that nobody sees in a hold, is no dead encoder"""
    with call({}, both, both) as (person, desk, voice, answer):
        assert event_while_dead(desk, 'media.reoffer', 5, frames_captured=7) is None
        person.request('media.mute', {'video': True})
        assert event_while_dead(person, 'media.reoffer', 5) is None
        person.request('media.mute', {'video': False})
        desk.request('session.hold', {'reason': '查档案'})
        assert event_while_dead(person, 'media.reoffer', 5) is None
        desk.request('session.resume', {})
        assert event_while_dead(person, 'media.reoffer', WAIT_S)['codec'] == 'H264'


def test_encoder_behind_a_cut_line():
    """where nothing at all comes from a page any more, its encoder is not to blame"""
    with call({'media': {'media_timeout_ms': '60000'}}, both, both) as (person, desk, voice, answer):
        until(answer.received, 'media')
        voice.quiet()
        for _ in range(2):
            desk.event('media.quality', lambda d: d['participant'] == person.me)
        assert event_while_dead(person, 'media.reoffer', 5) is None
        voice.speak()
        assert event_while_dead(person, 'media.reoffer', WAIT_S)['codec'] == 'H264'


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
