"""Real media for a page: tests/flow/media_peer.c as a child process."""
import os
import queue
import subprocess
import threading

from . import child
from .whip import Whip

WAIT_S = 30


def with_levels(offer):
    """A `change` of the offer: the microphone's packets carry their audio level (RFC 6464)."""
    mark = 'a=mid:0\r\n'
    assert mark in offer
    return offer.replace(mark, mark + 'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n', 1)


class Media:
    """Offers on `page`, or as `whip` (daemon, token), connects and sends. A context; the end of it is a page that is gone.
    `change` makes another offer out of the one with Opus and VP8; `silent`: it sends no voice and no picture; `secured` False:
    nobody waits for the handshake."""

    def __init__(self, page=None, offer_id=1, change=str, whip=None, program=None, silent=False, secured=True):
        self.child = child.start([program or os.environ['MEDIA_PEER']] + ['quiet'] * silent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        offer = []
        while (line := self.line()) != '.':
            offer.append(line)
        self.offer = change('\r\n'.join(offer) + '\r\n')
        if whip:
            self.whip = Whip(*whip, '/whip', self.offer)
            assert self.whip.status == 201, self.whip.error
            self.answer = self.whip.answer
        else:
            self.answer = page.request('media.offer', {'sdp': self.offer, 'offer_id': offer_id})['sdp']
        self.say(self.answer.replace('\r\n', '\n').rstrip('\n') + '\n.')
        assert not secured or (line := self.line()) == 'secured', line

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.stop()

    def read(self):
        for line in self.child.stdout:
            self.lines.put(line.rstrip('\r\n'))
        self.lines.put(None)

    def line(self, timeout=WAIT_S):
        line = self.lines.get(timeout=timeout)
        assert line is not None, 'the media peer ended'
        return line

    def say(self, words):
        self.child.stdin.write(words + '\n')
        self.child.stdin.flush()

    def quiet(self):
        self.say('quiet')

    def level(self, minus_dbov):
        """How loud the voice says that it is; the offer went through with_levels()."""
        self.say(f'level {minus_dbov}')
        self.received() # answered once the command was taken

    def speak(self):
        self.say('speak')

    def flood(self):
        self.say('flood')

    def restart(self, ours, theirs):
        """Goes on with other ICE credentials, (ufrag, password) each; whether the server takes them."""
        self.say(' '.join(('ice', *ours, *theirs)))
        return self.line() == 'checked'

    def received(self):
        self.say('count')
        return int(self.line().split()[1])

    def gaps(self):
        """Packets that are missing in what came since the last time; microseconds in which 99 of 100 came."""
        self.say('gaps')
        _, lost, late_us = self.line().split()
        return int(lost), int(late_us)

    def stop(self):
        if self.child.poll() is None:
            self.child.stdin.close()
            assert child.end(self.child, WAIT_S), 'the media peer does not end'
