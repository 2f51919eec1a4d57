import * as v from 'valibot';

import { eventSchemas, isEventName, type AnyEvent } from './events';
import { answerSchemas, type Answer, type RequestName } from './requests';

export * from './events';
export * from './frames';
export * from './objects';
export * from './requests';

/* null: unknown to this client, or malformed; both are ignored by the rule of the protocol. */
export function decodeEvent(m: string, d: unknown): AnyEvent | null {
  if (!isEventName(m)) {
    return null;
  }
  const result = v.safeParse(eventSchemas[m] as v.GenericSchema, d ?? {});
  return result.success ? ({ m, d: result.output } as AnyEvent) : null;
}

export function decodeAnswer<M extends RequestName>(m: M, d: unknown): Answer<M> | null {
  const result = v.safeParse(answerSchemas[m] as v.GenericSchema, d ?? {});
  return result.success ? (result.output as Answer<M>) : null;
}
