import type { AnyEvent, QueueRow } from '../messages';
import type { ClientState } from './state';

/* The queue's own order: by due, then number; the server's rule, repeated only to place a row that changed. */
function byDue(a: QueueRow, b: QueueRow): number {
  return a.due - b.due || (a.number < b.number ? -1 : Number(a.number > b.number));
}

export function reduceQueue(state: ClientState, event: AnyEvent): ClientState {
  switch (event.m) {
    case 'queue.snapshot':
      return { ...state, queue: { ...event.d, tickets: [...event.d.tickets].sort(byDue) } };
    case 'queue.delta': {
      const { upsert, remove, waiting, longest_ms, at } = event.d;
      const gone = new Set([...remove, ...upsert.map((row) => row.id)]);
      const kept = (state.queue?.tickets ?? []).filter((row) => !gone.has(row.id));
      const tickets = [...kept, ...upsert].sort(byDue);
      return { ...state, queue: { tickets, waiting, longest_ms, at } };
    }
    case 'window.state':
      return {
        ...state,
        window: event.d.window,
        /* an offer ends when the window is no longer ready for it */
        offered: ['ready', 'busy'].includes(event.d.window.state) ? state.offered : null,
      };
    default:
      return state;
  }
}
