"""A camera offered in two sizes: what is answered, told and written down."""
import sys

from lib import tap
from lib.call import enter, journal, until
from lib.daemon import Daemon
from lib.media import Media
from lib.page import citizen, clerk
from lib.whip import Whip, offer_of

EXTENSIONS = ('a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n'
              'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n'
              'a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n')
LAYERS = EXTENSIONS + 'a=rid:l send\r\na=rid:h send\r\na=simulcast:send ~l;h\r\n'


def layered(offer):
    """The camera's section in two sizes."""
    assert 'a=mid:1\r\n' in offer
    return offer.replace('a=mid:1\r\n', 'a=mid:1\r\n' + LAYERS, 1)


def camera_of(answer):
    return next(part for part in answer.split('\r\nm=')[1:] if '\r\na=mid:1\r\n' in part).splitlines()


def test_page():
    """both sizes are taken, the large one is capped by its own name, the journal tells them apart"""
    with Daemon({'media': {'max_video_kbps': '900'}}) as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        session = enter(daemon, person, desk)
        with Media(person, change=layered) as voice:
            camera = camera_of(voice.answer)
            assert {'a=rid:l recv', 'a=rid:h recv', 'a=simulcast:recv l;h'} <= set(camera), camera
            assert all(line in camera for line in EXTENSIONS.split('\r\n') if line), camera
            assert person.event('media.encodings') == {'mid': '1', 'rid': 'h', 'active': True, 'max_bps': 900000}
            until(lambda: any(kind == 'media.section' and fields.get('RIDS') == 'h l' and fields['SSRC'] == '0'
                              for kind, fields in journal(daemon, session['id'])), 'both sizes in the journal')


def test_without():
    """a page without sizes is answered without, and told nothing"""
    with Daemon() as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        session = enter(daemon, person, desk)
        with Media(person) as voice:
            assert not [line for line in camera_of(voice.answer) if 'simulcast' in line or 'rid' in line.split(':')[0]]
            until(lambda: any(kind == 'media.section' and fields['SOURCE'] == 'camera' and 'RIDS' not in fields
                              for kind, fields in journal(daemon, session['id'])), 'the camera in the journal')
            assert not [event for event in person.events if event['m'] == 'media.encodings']


def test_whip():
    """a program that offers sizes by WHIP sends one: nobody could ask it for another"""
    with Daemon() as daemon:
        person, desk = citizen(daemon), clerk(daemon)
        enter(daemon, person, desk)
        published = Whip(daemon, person.token, '/whip', layered(offer_of('sendonly')))
        assert published.status == 201, published.error
        assert 'simulcast' not in published.answer and 'a=rid' not in published.answer


if __name__ == '__main__':
    tap.run(sys.modules[__name__])
