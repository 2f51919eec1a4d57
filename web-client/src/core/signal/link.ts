import type { ServerClock } from '../clock';
import type { AnyEvent, Welcome } from '../messages';
import type { Drawer } from '../storage';
import type { Backoff } from './backoff';
import type { Probe } from './blockage';

/*
 * idle: not asked to connect · connecting: socket or hello on the way · open: requests are answered · waiting: lost, a new
 * attempt is planned · replaced: another page took the `sid` over · refused: the token is not accepted · closed: by leave().
 */
export type LinkState = 'idle' | 'connecting' | 'open' | 'waiting' | 'replaced' | 'refused' | 'closed';

export type SocketEvents = {
  link: LinkState;
  welcome: Welcome;
  event: AnyEvent;
  /* the code that hello was answered with; the link goes on trying unless its state becomes `refused` */
  refusal: string;
  /* whether something between here and the server keeps WebSockets out, while https goes through */
  blocked: boolean;
};

export interface SocketOptions {
  url: string;
  /* Asked before each hello, so that a refreshed token is used. */
  token: () => string | null;
  client: { name: string; version: string; lang: string };
  drawer: Drawer;
  clock?: ServerClock;
  backoff?: Backoff;
  probe?: Probe;
  open?: (url: string, protocol: string) => WebSocket;
}
