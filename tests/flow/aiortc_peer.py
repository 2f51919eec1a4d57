"""A standard client for the flow tests: aiortc, with the same words as gst_peer.c. Run by Debian's own python3, which has it."""
import asyncio
import fractions
import math
import sys
import threading

import aioice.ice
import av
import numpy
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import AudioStreamTrack

WIDTH, HEIGHT, RATE, PIECE = 320, 240, 48000, 960

# Tests stay on loopback, which an agent leaves out by itself.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ['127.0.0.1']


class Colour(VideoStreamTrack):
    def __init__(self, colour):
        super().__init__()
        self.picture = numpy.full((HEIGHT, WIDTH, 3), [colour >> 16, colour >> 8 & 255, colour & 255], numpy.uint8)

    async def recv(self):
        frame = av.VideoFrame.from_ndarray(self.picture, format='rgb24')
        frame.pts, frame.time_base = await self.next_timestamp()
        return frame


class Tone(AudioStreamTrack):
    def __init__(self, hertz):
        super().__init__()
        self.hertz, self.at = hertz, 0

    async def recv(self):
        await super().recv()  # silence of 20 ms, when it is due: the clock of a sound card
        steps = numpy.arange(self.at, self.at + PIECE) * (2 * math.pi * self.hertz / RATE)
        frame = av.AudioFrame.from_ndarray((numpy.sin(steps) * 8000).astype(numpy.int16).reshape(1, -1), layout='mono')
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.at, fractions.Fraction(1, RATE)
        self.at += PIECE
        return frame


class Decoded:
    pictures = colour = samples = hertz = 0

    async def pictures_of(self, track):
        while True:
            frame = await track.recv()
            red, green, blue = frame.to_ndarray(format='rgb24')[HEIGHT // 2][WIDTH // 2]
            self.pictures += 1
            self.colour = int(red) << 16 | int(green) << 8 | int(blue)

    async def sound_of(self, track):
        while True:
            frame = await track.recv()
            sound = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0]
            self.samples += len(sound)
            self.hertz = int(numpy.count_nonzero(numpy.diff(sound < 0)) * frame.sample_rate / 2 / len(sound))

    def take(self):
        line = f'decoded {self.pictures} {self.colour:06x} {self.samples} {self.hertz}'
        self.pictures = self.samples = 0
        return line


def codecs_prefer(transceiver, codec):
    found = RTCRtpSender.getCapabilities('video').codecs
    transceiver.setCodecPreferences([c for c in found if c.mimeType.lower() in (f'video/{codec}', 'video/rtx')])


def tracks_make(peer, words):
    direction = 'sendonly' if words[0] == 'publish' else 'recvonly'
    sound, picture = ('audio', 'video') if direction == 'recvonly' else (Tone(int(words[3])), Colour(int(words[2], 16)))
    peer.addTransceiver(sound, direction=direction)
    codecs_prefer(peer.addTransceiver(picture, direction=direction), words[1])


def lines_read(loop, queue):
    for line in sys.stdin:
        loop.call_soon_threadsafe(queue.put_nowait, line.rstrip('\r\n'))
    loop.call_soon_threadsafe(queue.put_nowait, None)


async def main(words):
    peer, decoded, lines, tasks = RTCPeerConnection(RTCConfiguration(iceServers=[])), Decoded(), asyncio.Queue(), []
    threading.Thread(target=lines_read, args=(asyncio.get_running_loop(), lines), daemon=True).start()

    @peer.on('track')
    def track_came(track):
        tasks.append(asyncio.ensure_future((decoded.sound_of if track.kind == 'audio' else decoded.pictures_of)(track)))

    tracks_make(peer, words)
    await peer.setLocalDescription(await peer.createOffer())
    print(peer.localDescription.sdp.replace('\r\n', '\n') + '.', flush=True)
    answer = []
    while (line := await lines.get()) != '.':
        answer.append(line)
    await peer.setRemoteDescription(RTCSessionDescription('\r\n'.join(answer) + '\r\n', 'answer'))
    while (line := await lines.get()) is not None:
        if line == 'count':
            print(decoded.take(), flush=True)
    for task in tasks:
        task.cancel()
    await peer.close()


if __name__ == '__main__':
    asyncio.run(main(sys.argv[1:]))
