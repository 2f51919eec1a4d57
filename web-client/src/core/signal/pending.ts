import type { Drawer } from '../storage';
import { ClientError } from '../errors';
import { decodeAnswer, type Answer, type ClientFrame, type RequestName, type ServerFrame } from '../messages';

type ResultFrame = Extract<ServerFrame, { t: 'res' }>;

interface Waiting {
  frame: Extract<ClientFrame, { t: 'req' }>;
  sent: boolean;
  settle: (frame: ResultFrame) => void;
  fail: (error: ClientError) => void;
}

/*
 * The requests that have no answer yet. Their ids count up and are kept in the tab's drawer: after a reload the same `sid`
 * goes on, and an id used twice would be answered from the server's memory instead of being done.
 */
export class PendingRequests {
  private readonly waiting = new Map<number, Waiting>();
  private lastId: number;

  constructor(private readonly drawer: Drawer) {
    this.lastId = Number(drawer.get('last_id')) || 0;
  }

  nextId(): number {
    this.lastId += 1;
    this.drawer.set('last_id', String(this.lastId));
    return this.lastId;
  }

  add<M extends RequestName>(m: M, d: object): { id: number; answer: Promise<Answer<M>> } {
    const frame = { t: 'req' as const, id: this.nextId(), m, d };
    const answer = new Promise<Answer<M>>((resolve, reject) => {
      this.waiting.set(frame.id, {
        frame,
        sent: false,
        fail: reject,
        settle: (result) => {
          if (!result.ok) {
            reject(new ClientError(result.e.code, result.e.msg ?? result.e.code, result.e.retry_ms ?? null));
            return;
          }
          const decoded = decodeAnswer(m, result.d);
          if (decoded === null) {
            reject(new ClientError('client.bad_answer', `the answer to ${m} has another shape`));
          } else {
            resolve(decoded);
          }
        },
      });
    });
    return { id: frame.id, answer };
  }

  settle(result: ResultFrame): void {
    const found = this.waiting.get(result.id);
    this.waiting.delete(result.id);
    found?.settle(result);
  }

  sendOne(id: number, send: (frame: ClientFrame) => void): void {
    const found = this.waiting.get(id);
    if (found) {
      found.sent = true;
      send(found.frame);
    }
  }

  /* Everything without an answer, oldest first: what waited for the link, and what may have been lost with the last one. */
  sendAll(send: (frame: ClientFrame) => void): void {
    [...this.waiting.keys()].forEach((id) => this.sendOne(id, send));
  }

  /* For a new `sid`: nobody knows whether these were done. What was never sent stays, and is sent to the new one. */
  failSent(error: ClientError): void {
    this.fail(error, (entry) => entry.sent);
  }

  failAll(error: ClientError): void {
    this.fail(error, () => true);
  }

  private fail(error: ClientError, which: (entry: Waiting) => boolean): void {
    for (const [id, entry] of [...this.waiting]) {
      if (which(entry)) {
        this.waiting.delete(id);
        entry.fail(error);
      }
    }
  }
}
