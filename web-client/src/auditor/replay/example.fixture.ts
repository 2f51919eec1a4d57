import { readTimeline, type Timeline } from './timeline';

/* One session of six minutes with everything in it: a codec change, a hold, a cut, messages and a mark. */
export const exampleJson = {
  version: 1,
  session: 's1',
  number: 'A012',
  matter: { code: 'BD01', name: '二手房转移登记' },
  window: 3,
  staff_no: '3003',
  started_at: 1_764_000_000_000,
  ended_at: 1_764_000_360_000,
  duration_ms: 360_000,
  end_reason: 'finished',
  completeness: { percent: 99.4, missing_ms: 8000 },
  sync: { max_ms: 12 },
  participants: [
    { id: 'c1', role: 'clerk', label: '3号窗 · 工号3003', joined_ms: 0, left_ms: 360_000 },
    { id: 'p1', role: 'citizen', label: '市民 A012', joined_ms: 1000, left_ms: 358_000 },
  ],
  legs: [
    { file: '01-clerk-camera-vp8.webm', participant: 'c1', role: 'clerk', source: 'camera', codec: 'vp8', audio: true, start_ms: 500, end_ms: 360_000 },
    { file: '03-citizen-camera-h264.mp4', participant: 'p1', role: 'citizen', source: 'camera', codec: 'h264', audio: true, start_ms: 200_000, end_ms: 358_000 },
    { file: '02-citizen-camera-vp8.webm', participant: 'p1', role: 'citizen', source: 'camera', codec: 'vp8', audio: true, start_ms: 1500, end_ms: 192_000 },
    { file: '04-clerk-document-vp8.webm', participant: 'c1', role: 'clerk', source: 'document', codec: 'vp8', audio: false, start_ms: 220_000, end_ms: 260_000 },
  ],
  gaps: [
    { participant: 'p1', source: 'mic', start_ms: 192_000, end_ms: 200_000, cause: 'NETWORK' },
    { participant: 'p1', source: 'camera', start_ms: 192_000, end_ms: 200_000, cause: 'NETWORK' },
    { participant: 'p1', source: 'mic', start_ms: 100_000, end_ms: 130_000, cause: 'HOLD' },
    { participant: 'p1', source: 'camera', start_ms: 100_000, end_ms: 130_000, cause: 'HOLD' },
    { participant: 'c1', source: 'camera', start_ms: 50_000, end_ms: 55_000, cause: 'MUTE' },
  ],
  events: [
    { at_ms: 0, type: 'segment.start', segment: '1' },
    { at_ms: 900, type: 'participant.joined', participant: 'c1', role: 'clerk' },
    { at_ms: 1000, type: 'participant.joined', participant: 'p1', role: 'citizen' },
    { at_ms: 60_000, type: 'chat.message', participant: 'c1', kind: 'phrase', text: '请把证件放进框内' },
    { at_ms: 100_000, type: 'session.state', state: 'held', reason: '查系统' },
    { at_ms: 130_000, type: 'session.state', state: 'active' },
    { at_ms: 210_000, type: 'mark', participant: 'c1', label: '出示不动产权证' },
    { at_ms: 358_000, type: 'participant.left', participant: 'p1', reason: 'finished' },
  ],
};

export function exampleTimeline(): Timeline {
  const timeline = readTimeline(exampleJson);
  if (timeline === null) {
    throw new Error('the example is not a timeline');
  }
  return timeline;
}
