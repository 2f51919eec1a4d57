import type { ClientState, Drawer, Session } from '@/core';
import { ticketInHand } from './phase';

type Chat = ClientState['chat'];

interface Kept {
  session: Session;
  ended: ClientState['ended'];
  chat: Chat;
}

const name = 'chat';

/*
 * The session's text, over a reload: the server tells each message once, and a snapshot does not repeat them. While the result
 * is written down the snapshot has no session any more: who was there, how long, and who hung up are kept as well.
 */
export class ChatLog {
  private kept: Kept | null;

  constructor(private readonly drawer: Drawer) {
    this.kept = this.read();
  }

  /* Called with each new state; gives back the one to show. */
  keep(state: ClientState): ClientState {
    if (state.session === null) {
      return this.wrappingUp(state);
    }
    const same = this.kept !== null && String(this.kept.session.id) === String(state.session.id);
    const before = same ? this.kept!.chat : [];
    const known = new Set(state.chat.map((message) => message.id));
    const older = before.filter((message) => !known.has(message.id));
    const chat = [...older, ...state.chat].sort((a, b) => a.at - b.at);
    if (!same || chat.length !== before.length || this.kept!.session !== state.session || this.kept!.ended !== state.ended) {
      this.kept = { session: state.session, ended: state.ended, chat };
      this.drawer.set(name, JSON.stringify(this.kept));
    }
    return older.length === 0 ? state : { ...state, chat };
  }

  /* The call is over and this page began anew: the last one, if its number is still in hand. */
  private wrappingUp(state: ClientState): ClientState {
    const { kept } = this;
    const ticket = ticketInHand(state);
    if (kept === null || ticket?.state !== 'WRAP_UP' || String(kept.session.ticket) !== String(ticket.id)) {
      return state;
    }
    return { ...state, session: { ...kept.session, state: 'ended' }, ended: kept.ended ?? state.ended, chat: kept.chat };
  }

  private read(): Kept | null {
    try {
      const kept = JSON.parse(this.drawer.get(name) ?? 'null') as Kept | null;
      return kept !== null && typeof kept.session === 'object' && kept.session !== null && Array.isArray(kept.chat) ? kept : null;
    } catch {
      return null; /* written by another version, or by nobody */
    }
  }
}
