import { describe, expect, it } from 'vitest';

import answersSchema from '../../../../tests/data/schema/answers.json';
import eventsSchema from '../../../../tests/data/schema/events.json';
import requestsSchema from '../../../../tests/data/schema/requests.json';
import {
  answerSchemas,
  decodeAnswer,
  decodeEvent,
  decodeFrame,
  eventSchemas,
  isEventName,
  type RequestName,
} from './index';

/* The examples that the server's tests read as well: what one side takes for well-formed, the other side must. */
interface Vector {
  message: string;
  direction: 'client' | 'server';
  valid: object[];
  invalid: object[];
}

const files = import.meta.glob<Vector>('../../../../tests/data/messages/*.json', {
  eager: true,
  import: 'default',
});
const fromServer = Object.entries(files)
  .map(([path, vector]) => [path.split('/').at(-1)!, vector] as const)
  .filter(([, vector]) => vector.direction === 'server');

/* The whole way of a frame: as the socket reads it, then as its message. */
function understood(message: string, json: object): boolean {
  const frame = decodeFrame(JSON.stringify(json));
  switch (frame?.t) {
    case undefined:
      return false;
    case 'ev':
      return decodeEvent(frame.m, frame.d) !== null;
    case 'res':
      return !frame.ok || decodeAnswer(message as RequestName, frame.d) !== null;
    default:
      return true;
  }
}

describe('examples of messages', () => {
  it('are there', () => {
    expect(fromServer.length).toBeGreaterThan(15);
  });

  it.each(fromServer)('%s: the good ones are understood', (_name, vector) => {
    expect(vector.valid.length).toBeGreaterThan(0);
    for (const frame of vector.valid) {
      expect([frame, understood(vector.message, frame)]).toEqual([frame, true]);
    }
  });

  it.each(fromServer)('%s: the bad ones are not', (_name, vector) => {
    for (const frame of vector.invalid) {
      expect([frame, understood(vector.message, frame)]).toEqual([frame, false]);
    }
  });

  it('know every event of ours', () => {
    const named = fromServer.map(([, vector]) => vector.message).filter(isEventName);
    const missing = Object.keys(eventSchemas).filter((name) => !named.includes(name as never));
    /* sent in the shape of an answer that has its own example */
    expect(missing.filter((name) => name !== 'queue.snapshot')).toEqual([]);
  });
});

describe('the schemas of the project', () => {
  it('name the same requests', () => {
    expect(Object.keys(requestsSchema.$defs).sort()).toEqual(Object.keys(answerSchemas).sort());
  });

  it('name no answer and no event that we do not know', () => {
    const unknownAnswers = Object.keys(answersSchema.$defs).filter((name) => !(name in answerSchemas));
    const unknownEvents = Object.keys(eventsSchema.$defs).filter((name) => !isEventName(name));
    expect([unknownAnswers, unknownEvents]).toEqual([[], []]);
  });
});
