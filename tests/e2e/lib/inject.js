/* Runs in the page before any of its scripts: the camera becomes a painted counter, the microphone a
 * tone with a beep. Plain script, no module. window.e2e is what the tests talk to.
 *
 * Every frame carries a 20-bit counter as 8 x 4 black and white blocks: 20 bits counter, 4 bits sender,
 * 8 bits checksum. A beep of 2 kHz starts together with every 50th frame. */
(() => {
  const options = window.__e2eOptions ?? { sender: 1, toneHz: 440, fps: 25, width: 640, height: 360 };
  const columns = 8, rows = 4, markEvery = 50, beepHz = 2000, beepSeconds = 0.12;

  const checksum = (value) => {
    let crc = 0xff;
    for (let bit = 23; bit >= 0; bit--) {
      const top = (crc >> 7) & 1;
      crc = ((crc << 1) & 0xff) ^ ((top ^ ((value >> bit) & 1)) ? 0x1d : 0);
    }
    return crc;
  };
  const bitsOf = (counter, sender) => {
    const value = ((counter & 0xfffff) << 4) | (sender & 0xf);
    const bits = [];
    for (let bit = 23; bit >= 0; bit--) bits.push((value >> bit) & 1);
    for (let bit = 7; bit >= 0; bit--) bits.push((checksum(value) >> bit) & 1);
    return bits;
  };

  const e2e = { counter: 0, seen: [], seenBy: {}, painted: [], denyCamera: options.denyCamera ?? false, tracks: [] };
  window.e2e = e2e;

  let canvas, paintTimer;
  const context = () => (e2e.audio ??= new AudioContext());

  const beep = () => {
    const audio = context(), gain = audio.createGain(), tone = audio.createOscillator();
    tone.frequency.value = beepHz;
    gain.gain.value = 0.5;
    tone.connect(gain).connect(e2e.microphone);
    tone.start();
    tone.stop(audio.currentTime + beepSeconds);
  };

  /* For pictures of the pages: somebody at a desk instead of the counter. */
  const portrait = (draw) => {
    const { width, height } = canvas, x = width / 2 + Math.sin(e2e.counter / 20) * 6;
    const wall = draw.createLinearGradient(0, 0, 0, height);
    wall.addColorStop(0, options.portrait.wall);
    wall.addColorStop(1, '#f2efe9');
    draw.fillStyle = wall;
    draw.fillRect(0, 0, width, height);
    const round = (colour, cx, cy, rx, ry) => {
      draw.fillStyle = colour;
      draw.beginPath();
      draw.ellipse(cx, cy, rx, ry, 0, 0, 2 * Math.PI);
      draw.fill();
    };
    round(options.portrait.coat, x, height * 1.08, height * 0.42, height * 0.42);
    round('#e8c4a2', x, height * 0.42, height * 0.16, height * 0.2);
    round(options.portrait.hair, x, height * 0.3, height * 0.17, height * 0.12);
  };

  /* Grain that changes with every frame, so that a picture fills the line as a real room's does. */
  const tile = 512;
  let grain;
  const grainOver = (draw) => {
    if (!grain) {
      grain = document.createElement('canvas');
      grain.width = grain.height = tile;
      const dots = new ImageData(tile, tile);
      for (let i = 0; i < dots.data.length; i += 4) {
        dots.data.fill(Math.random() * 256, i, i + 3);
        dots.data[i + 3] = 255;
      }
      grain.getContext('2d').putImageData(dots, 0, 0);
    }
    draw.globalAlpha = options.grain;
    for (let x = -Math.random() * tile; x < canvas.width; x += tile)
      for (let y = -Math.random() * tile; y < canvas.height; y += tile) draw.drawImage(grain, Math.round(x), Math.round(y));
    draw.globalAlpha = 1;
  };

  const paint = () => {
    const draw = canvas.getContext('2d'), counter = e2e.counter++;
    if (options.portrait) {
      portrait(draw);
      return;
    }
    const width = canvas.width / columns, height = canvas.height / rows;
    bitsOf(counter, options.sender).forEach((bit, i) => {
      draw.fillStyle = bit ? '#fff' : '#000';
      draw.fillRect((i % columns) * width, Math.floor(i / columns) * height, width, height);
    });
    if (options.grain) grainOver(draw);
    e2e.painted.push([counter, performance.timeOrigin + performance.now()]);
    if (counter % markEvery === 0 && e2e.microphone) beep();
  };

  const cameraTrack = () => {
    if (!canvas) {
      canvas = document.createElement('canvas');
      canvas.width = options.width;
      canvas.height = options.height;
      paint();
      paintTimer = setInterval(paint, 1000 / options.fps);
    }
    return canvas.captureStream(options.fps).getVideoTracks()[0];
  };
  /* A second camera, for papers: the same counter, from a sender of its own. */
  let paperCanvas;
  const paperTrack = () => {
    if (!paperCanvas) {
      paperCanvas = Object.assign(document.createElement('canvas'), { width: options.width, height: options.height });
      const draw = paperCanvas.getContext('2d');
      const paintPaper = () => {
        const width = paperCanvas.width / columns, height = paperCanvas.height / rows;
        if (options.papers.picture) return paper(draw);
        bitsOf(e2e.counter, options.papers.sender).forEach((bit, i) => {
          draw.fillStyle = bit ? '#fff' : '#000';
          draw.fillRect((i % columns) * width, Math.floor(i / columns) * height, width, height);
        });
      };
      paintPaper();
      setInterval(paintPaper, 1000 / options.fps);
    }
    return paperCanvas.captureStream(options.fps).getVideoTracks()[0];
  };
  /* For pictures of the pages: a form on a table. */
  const paper = (draw) => {
    const { width, height } = paperCanvas;
    draw.fillStyle = '#8a7460';
    draw.fillRect(0, 0, width, height);
    draw.fillStyle = '#fbfaf5';
    draw.fillRect(width * 0.2, height * 0.08, width * 0.6, height * 0.84);
    draw.fillStyle = '#23272e';
    for (let line = 0; line < 9; line++) draw.fillRect(width * 0.26, height * (0.18 + line * 0.07), width * (line ? 0.48 - (line % 3) * 0.08 : 0.3), height * (line ? 0.012 : 0.03));
  };
  const namedCamera = (track, deviceId, facingMode) => {
    track.getSettings = () => ({ deviceId, ...(options.papers?.facing ? { facingMode } : {}) });
    return track;
  };
  const openCamera = (video) => {
    const { papers } = options;
    if (papers?.alone && e2e.tracks.some((one) => one.kind === 'video' && one.readyState === 'live')) throw new DOMException('in use', 'NotReadableError');
    const second = papers && (video.deviceId?.exact === 'papers' || (papers.facing && video.facingMode?.ideal === papers.facing));
    return second ? namedCamera(paperTrack(), 'papers', papers.facing) : namedCamera(cameraTrack(), 'cam', 'user');
  };
  const realUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  /* Without a sound card Firefox never starts an AudioContext; its own fake microphone needs none. */
  const microphoneTrack = async () => {
    if (options.fakeMicrophone) return (await realUserMedia({ audio: true })).getAudioTracks()[0];
    const audio = context();
    if (!e2e.microphone) {
      e2e.microphone = audio.createMediaStreamDestination();
      const tone = audio.createOscillator(), gain = audio.createGain();
      tone.frequency.value = options.toneHz || 1;
      gain.gain.value = options.toneHz ? 0.2 : 0;
      tone.connect(gain).connect(e2e.microphone);
      tone.start();
    }
    void audio.resume();
    return e2e.microphone.stream.getAudioTracks()[0].clone();
  };

  e2e.setPictureSize = (width, height) => {
    canvas.width = width;
    canvas.height = height;
  };
  e2e.stopPainting = () => clearInterval(paintTimer);

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (constraints.video && e2e.denyCamera) throw new DOMException('Permission denied', 'NotAllowedError');
    const tracks = [];
    if (constraints.audio) tracks.push(await microphoneTrack());
    if (constraints.video) tracks.push(openCamera(constraints.video));
    e2e.tracks.push(...tracks);
    return new MediaStream(tracks);
  };
  navigator.mediaDevices.enumerateDevices = async () => [
    { kind: 'audioinput', deviceId: 'mic', groupId: 'e2e', label: 'tone', toJSON() {} },
    { kind: 'videoinput', deviceId: 'cam', groupId: 'e2e', label: 'counter', toJSON() {} },
    ...(options.papers ? [{ kind: 'videoinput', deviceId: 'papers', groupId: 'papers', label: options.papers.label, toJSON() {} }] : []),
  ];

  /* Reads the counter out of a video element on every frame that is presented. */
  const smallCanvas = () => Object.assign(document.createElement('canvas'), { width: columns * 8, height: rows * 8 });
  let small = smallCanvas();
  const pixels = (video) => {
    const readBack = small.getContext('2d', { willReadFrequently: true });
    readBack.drawImage(video, 0, 0, small.width, small.height);
    return readBack.getImageData(0, 0, small.width, small.height).data;
  };
  const readCounter = (video) => {
    const data = pixels(video);
    let value = 0, check = 0;
    for (let i = 0; i < columns * rows; i++) {
      const x = (i % columns) * 8 + 4, y = Math.floor(i / columns) * 8 + 4;
      const bit = data[(y * small.width + x) * 4] > 127 ? 1 : 0;
      if (i < 24) value = value * 2 + bit;
      else check = check * 2 + bit;
    }
    return checksum(value) === check ? { counter: value >> 4, sender: value & 0xf } : null;
  };
  e2e.watch = (selector) => {
    const found = document.querySelector(selector);
    const video = found instanceof HTMLVideoElement ? found : found?.querySelector('video');
    if (!video || video.__e2eWatched) return Boolean(video);
    video.__e2eWatched = true;
    const onFrame = (now) => {
      let code = null;
      try {
        code = readCounter(video);
      } catch (error) {
        if (error.name !== 'SecurityError') throw error;
        /* Firefox lets nobody read a picture that came before it knew whose it is, nor that canvas ever after. */
        small = smallCanvas();
      }
      if (code) e2e.seen.push([code.sender, code.counter, performance.timeOrigin + now, video.videoWidth, video.videoHeight]);
      else e2e.unreadable = (e2e.unreadable ?? 0) + 1;
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
    return true;
  };

  /* Sockets, so that a test can cut them, and the moment of joining: when the PeerConnection is made. */
  e2e.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      e2e.sockets.push(this);
    }
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      e2e.joinedAt = performance.timeOrigin + performance.now();
    }
    /* A browser without redundant audio, where the test wants one. */
    async createOffer(...args) {
      const codecs = RTCRtpReceiver.getCapabilities('audio').codecs.filter((codec) => codec.mimeType !== 'audio/red');
      for (const one of options.red === false ? this.getTransceivers() : [])
        if (one.receiver.track.kind === 'audio') one.setCodecPreferences(codecs);
      return super.createOffer(...args);
    }
    /* Where the test put a bad network in between: the server's candidates become the relay's. */
    async setRemoteDescription(description) {
      if (!window.e2eRelay || !description?.sdp) return super.setRemoteDescription(description);
      const lines = [];
      for (const line of description.sdp.split('\r\n')) {
        const [, head, address, port, rest] = /^(a=candidate:\S+ 1 udp \d+) (\S+) (\d+)( .*)$/i.exec(line) ?? [];
        if (!head) lines.push(line);
        else lines.push(`${head} ${(await window.e2eRelay(`${address}:${port}`)).replace(':', ' ')}${rest}`);
      }
      return super.setRemoteDescription({ type: description.type, sdp: lines.join('\r\n') });
    }
  };
  e2e.joinToFirstFrameMs = () => (e2e.seen.length && e2e.joinedAt ? e2e.seen[0][2] - e2e.joinedAt : 0);
  const looking = setInterval(() => {
    if (e2e.seen.length) clearInterval(looking);
    else e2e.watch('[data-testid="remote-video"]');
  }, 10);

  /* The same without an AudioContext: a second of it is recorded, decoded, and every 10 Hz looked at (Goertzel). */
  const loudestRecorded = async (tracks) => {
    const recorder = new MediaRecorder(new MediaStream(tracks)), parts = [];
    const ended = new Promise((done) => (recorder.onstop = done));
    /* A piece comes when it holds a second. */
    recorder.ondataavailable = ({ data }) => {
      parts.push(data);
      if (recorder.state === 'recording') recorder.stop();
    };
    recorder.start(1000);
    await ended;
    const samples = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(await new Blob(parts).arrayBuffer());
    const heard = samples.getChannelData(0).subarray(-24000);
    const power = (hz) => {
      const k = 2 * Math.cos((2 * Math.PI * hz) / 48000);
      let a = 0, b = 0;
      for (const sample of heard) [a, b] = [sample + k * a - b, a];
      return (a * a + b * b - k * a * b) / heard.length;
    };
    let loudest = { hz: 0, power: 1e-3 };
    for (let hz = 200; hz <= 2500; hz += 10) if (power(hz) > loudest.power) loudest = { hz, power: power(hz) };
    return loudest.hz;
  };

  /* The loudest frequency of what a media element plays, by an FFT over 4096 samples at 48 kHz. */
  e2e.loudestHz = async (selector) => {
    const element = document.querySelector(selector);
    if (!element?.srcObject?.getAudioTracks().length) return 0;
    if (options.fakeMicrophone) return loudestRecorded(element.srcObject.getAudioTracks());
    const audio = context();
    await audio.resume();
    const analyser = audio.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    audio.createMediaStreamSource(new MediaStream(element.srcObject.getAudioTracks())).connect(analyser);
    const levels = new Float32Array(analyser.frequencyBinCount);
    for (let i = 0; i < 20; i++) {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      analyser.getFloatFrequencyData(levels);
    }
    const top = levels.indexOf(Math.max(...levels));
    return levels[top] > -80 ? (top * audio.sampleRate) / analyser.fftSize : 0;
  };
})();
