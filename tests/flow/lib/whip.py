"""WHIP and WHEP over HTTP, and standard clients as child processes: GStreamer's webrtcbin and aiortc (docs/protocol.md)."""
import json
import os
import queue
import subprocess
import threading
import time

from . import child

WAIT_S = 30
LOOK_S = 0.2
SDP, FRAGMENT = 'application/sdp', 'application/trickle-ice-sdpfrag'
GST, AIORTC = 'GST_PEER', 'AIORTC_PEER'
PYTHON = '/usr/bin/python3'  # Debian's own has python3-aiortc


OFFER = """v=0
o=- 4611 1 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0 1
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:0
a=ice-ufrag:{ufrag}
a=ice-pwd:{pwd}
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=rtcp-mux
a={direction}
a=rtpmap:111 opus/48000/2
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:1
a=ice-ufrag:{ufrag}
a=ice-pwd:{pwd}
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=rtcp-mux
a={direction}
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack pli
"""


def offer_of(direction, ufrag='flow', pwd='flow012345678901234567'):
    """An offer that nobody stands behind."""
    text = OFFER.format(direction=direction, ufrag=ufrag, pwd=pwd, fingerprint=':'.join(['AB'] * 32))
    return text.replace('\n', '\r\n')


class Whip:
    """One resource. `status` and `error` of the POST; a refused one has no `location`."""

    def __init__(self, daemon, token, path, offer, **headers):
        self.daemon, self.token = daemon, token
        self.status, self.headers, body = daemon.http('POST', path, token=token, raw=offer.encode(),
                                                      headers={'Content-Type': SDP, **headers})
        self.answer = body.decode()
        self.error = None if self.status == 201 else json.loads(body)['e']
        self.location, self.etag = self.headers.get('location'), self.headers.get('etag')

    def patch(self, fragment, token=None, etag=None, type=FRAGMENT):
        """(status, headers, body)"""
        headers = {'Content-Type': type} if type else {}
        if etag:
            headers['If-Match'] = etag
        return self.daemon.http('PATCH', self.location, token=token or self.token, raw=fragment.encode(), headers=headers)

    def delete(self, token=None):
        return self.daemon.http('DELETE', self.location, token=token or self.token)[0]


def missing(kind, codec):
    """Why a standard client cannot run here, in words; None: it can."""
    if kind == GST:
        if not os.environ.get(GST):
            return 'gst_peer was not built: libgstreamer-plugins-bad1.0-dev is missing'
        wanted = ['webrtcbin', 'nicesink', 'dtlssrtpenc', 'srtpenc', 'opusenc', 'opusdec']
        wanted += ['openh264enc', 'openh264dec'] if codec == 'h264' else ['vp8enc', 'vp8dec']
        for element in wanted:
            if subprocess.run(['gst-inspect-1.0', element], stdout=subprocess.DEVNULL, check=False).returncode:
                return f'the GStreamer element {element} is missing'
    elif subprocess.run([PYTHON, '-c', 'import aiortc'], stderr=subprocess.DEVNULL, check=False).returncode:
        return 'python3-aiortc is missing'
    return None


class Standard:
    """A standard client: `words` are publish CODEC RRGGBB HERTZ, or play CODEC. A context; the end of it is a client that is gone."""

    def __init__(self, daemon, token, kind, *words):
        command = [os.environ[GST]] if kind == GST else [PYTHON, os.environ[AIORTC]]
        environment = {k: v for k, v in os.environ.items() if k not in ('LD_PRELOAD', 'ASAN_OPTIONS')}
        self.child = child.start(command + [str(word) for word in words], env=environment, text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines, self.complaints = queue.Queue(), []
        threading.Thread(target=self.read, daemon=True).start()
        threading.Thread(target=lambda: self.complaints.extend(self.child.stderr), daemon=True).start()
        offer = []
        while (line := self.line()) != '.':
            offer.append(line)
        self.offer = '\r\n'.join(offer) + '\r\n'
        self.whip = Whip(daemon, token, '/whip' if words[0] == 'publish' else '/whep', self.offer)
        assert self.whip.status == 201, self.whip.error
        self.say(self.whip.answer.replace('\r\n', '\n').rstrip('\n') + '\n.')

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.stop()
        if kind:
            print('\n'.join('# ' + line.rstrip() for line in self.complaints[-20:]))

    def read(self):
        for line in self.child.stdout:
            self.lines.put(line.rstrip('\r\n'))
        self.lines.put(None)

    def line(self):
        line = self.lines.get(timeout=WAIT_S)
        assert line is not None, f'the client ended: {self.complaints}'
        return line

    def say(self, words):
        self.child.stdin.write(words + '\n')
        self.child.stdin.flush()

    def decoded(self):
        """(pictures, (red, green, blue), samples, hertz) since the last time."""
        self.say('count')
        _, pictures, colour, samples, hertz = self.line().split()
        return int(pictures), tuple(bytes.fromhex(colour)), int(samples), int(hertz)

    def sees(self, colour, hertz, timeout=WAIT_S):
        """Waits until it decodes pictures of this colour and a tone of this pitch, some of each since it was asked last."""
        seen = []

        def looks_so():
            pictures, found, samples, pitch = seen[:] = self.decoded()
            near = all(abs(a - b) < 48 for a, b in zip(found, bytes.fromhex(colour)))
            return pictures > 0 and samples > 0 and near and abs(pitch - hertz) < hertz / 5

        deadline, never = time.monotonic() + timeout, threading.Event()
        while not looks_so():
            assert time.monotonic() < deadline, f'no {colour} and {hertz} Hz within {timeout} s, at last {seen}'
            never.wait(LOOK_S)

    def stop(self):
        if self.child.poll() is None:
            self.child.stdin.close()
            child.end(self.child, WAIT_S)
