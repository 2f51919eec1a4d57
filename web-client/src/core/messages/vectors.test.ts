import * as v from 'valibot';
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
import { requestShapes } from '../testing/request-shapes';

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
const examples = Object.entries(files).map(([path, vector]) => [path.split('/').at(-1)!, vector] as const);
const fromServer = examples.filter(([, vector]) => vector.direction === 'server');
const fromClient = examples.filter(([, vector]) => vector.direction === 'client');

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

/* null stands for an absent field */
const withoutNull = (d: object): unknown =>
  JSON.parse(JSON.stringify(d), (_name, value: unknown) => (value === null ? undefined : value));

describe('examples of messages', () => {
  it('are there, and each is of one side', () => {
    expect(fromServer.length).toBeGreaterThan(15);
    expect(fromClient.length).toBeGreaterThan(25);
    expect(fromServer.length + fromClient.length).toBe(examples.length);
  });

  it.each(fromServer)('%s: the good ones are understood', (_name, vector) => {
    expect(vector.valid.length).toBeGreaterThan(0);
    for (const frame of vector.valid) {
      expect([frame, understood(vector.message, frame)]).toEqual([frame, true]);
    }
  });

  it.each(fromServer)('%s: the bad ones are not', (_name, vector) => {
    expect(vector.invalid.length).toBeGreaterThan(0);
    for (const frame of vector.invalid) {
      expect([frame, understood(vector.message, frame)]).toEqual([frame, false]);
    }
  });

  /*
   * What we send is held by types at compile time. The server takes more than that (fields left out), so not every good
   * example is one of ours, but one must be.
   */
  it.each(fromClient)('%s: what we send is among the good ones', (_name, vector) => {
    const ours = (vector.valid as Array<{ t: string; m?: string; d?: object }>).filter((frame) => {
      const shape = requestShapes[vector.message as RequestName];
      const d = frame.d ?? {};
      return frame.t === 'req'
        ? frame.m === vector.message && (v.is(shape, d) || v.is(shape, withoutNull(d)))
        : frame.t === vector.message;
    });
    expect(ours.length).toBeGreaterThan(0);
  });

  it('know every request of ours', () => {
    const named = fromClient.map(([, vector]) => vector.message);
    expect(Object.keys(requestShapes).filter((name) => !named.includes(name))).toEqual([]);
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
