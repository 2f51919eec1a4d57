import type {
  EventData,
  Key,
  Notice,
  QueueSnapshot,
  Recording,
  Session,
  Slot,
  Snapshot,
  Ticket,
  Welcome,
  Window,
  WindowRef,
} from '../messages';

export type Quality = EventData<'media.quality'>;
export type Unseen = EventData<'media.unseen'>['pairs'][number];
export type ChatMessage = EventData<'chat.message'>;

export interface Called {
  window: WindowRef;
  deadlineAt: number;
}

export interface Offered {
  ticket: Ticket;
  why: 'due' | 'head' | 'transfer';
  deadlineAt: number;
}

export interface Held {
  reason: string | null;
  warned: boolean;
  /* on the server's clock; 0 where it is not known */
  since: number;
  /* the call goes on by itself then; null where nobody can tell */
  until?: number | null;
}

export interface Ended {
  reason: string;
  at: number;
}

/* Everything the server has told this page; replaced as a whole at each change, never written to. */
export interface ClientState {
  me: Welcome['me'] | null;
  limits: Welcome['limits'] | null;
  iceServers: Welcome['ice_servers'];
  notice: Notice | null;
  ticket: Ticket | null;
  /* when the figures of `ticket` came, on the server's clock */
  ticketAt: number;
  called: Called | null;
  /* 我在 was pressed and answered */
  confirmed: boolean;
  expired: EventData<'ticket.expired'>['reason'] | null;
  session: Session | null;
  hold: Held | null;
  ended: Ended | null;
  /* the server will be restarted: running calls go on until then at the latest */
  restartAt: number | null;
  /* it goes away just now, and this page comes back by itself */
  restarting: boolean;
  recording: Recording | null;
  slots: Slot[];
  quality: Quality[];
  /* whose picture cannot be shown to whom: no common format */
  unseen: Unseen[];
  /* whose network carries a voice and no picture now */
  narrow: Key[];
  chat: ChatMessage[];
  /* who speaks, of those this page hears */
  speaker: Key | null;
  /* clerks */
  window: Window | null;
  queue: QueueSnapshot | null;
  offered: Offered | null;
}

export const emptyState: ClientState = {
  me: null,
  limits: null,
  iceServers: [],
  notice: null,
  ticket: null,
  ticketAt: 0,
  called: null,
  confirmed: false,
  expired: null,
  session: null,
  hold: null,
  ended: null,
  restartAt: null,
  restarting: false,
  recording: null,
  slots: [],
  quality: [],
  unseen: [],
  narrow: [],
  chat: [],
  speaker: null,
  window: null,
  queue: null,
  offered: null,
};

export type { Snapshot };
