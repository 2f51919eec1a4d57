import type { ClientState, Drawer } from '@/core';

type Chat = ClientState['chat'];

interface Kept {
  session: string;
  chat: Chat;
}

const name = 'chat';

/*
 * The text of the running session, over a reload: the server tells each message once, and a snapshot does not repeat them.
 */
export class ChatLog {
  private kept: Kept | null;

  constructor(private readonly drawer: Drawer) {
    this.kept = this.read();
  }

  /* Called with each new state; gives back the one to show. */
  keep(state: ClientState): ClientState {
    if (state.session === null) {
      return state;
    }
    const session = String(state.session.id);
    const before = this.kept?.session === session ? this.kept.chat : [];
    const known = new Set(state.chat.map((message) => message.id));
    const older = before.filter((message) => !known.has(message.id));
    const chat = [...older, ...state.chat].sort((a, b) => a.at - b.at);
    if (chat.length !== before.length || this.kept?.session !== session) {
      this.kept = { session, chat };
      this.drawer.set(name, JSON.stringify(this.kept));
    }
    return older.length === 0 ? state : { ...state, chat };
  }

  private read(): Kept | null {
    try {
      const kept = JSON.parse(this.drawer.get(name) ?? 'null') as Kept | null;
      return kept !== null && typeof kept.session === 'string' && Array.isArray(kept.chat) ? kept : null;
    } catch {
      return null; /* written by another version, or by nobody */
    }
  }
}
