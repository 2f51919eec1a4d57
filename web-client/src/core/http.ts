import * as v from 'valibot';

import { serverUrl } from './address';
import { ClientError } from './errors';
import { english, ErrorBody, key, Matter, Notice } from './messages';

const ms = v.number();

export const MattersAnswer = v.object({
  matters: v.array(Matter),
  notice: Notice,
  open: v.boolean(),
  windows_open: v.number(),
  wait_min_ms: v.nullish(ms),
  wait_max_ms: v.nullish(ms),
});
export type MattersAnswer = v.InferOutput<typeof MattersAnswer>;

export const LoginAnswer = v.object({
  token: v.string(),
  role: v.string(),
  staff_no: key,
  windows: v.array(v.object({ no: key, name: v.string(), en: english('name') })),
});
export type LoginAnswer = v.InferOutput<typeof LoginAnswer>;

export const WindowsAnswer = v.object({
  windows: v.array(v.object({ no: key, name: v.string(), en: english('name'), state: v.string() })),
});
export type WindowsAnswer = v.InferOutput<typeof WindowsAnswer>;

export const ClaimAnswer = v.object({ token: v.string(), role: v.string(), session: key });
export type ClaimAnswer = v.InferOutput<typeof ClaimAnswer>;

export const RecordingRow = v.object({
  session: key,
  number: v.nullish(v.string()),
  matter: v.nullish(v.unknown()),
  staff_no: v.nullish(key),
  window: v.nullish(key),
  started_at: ms,
  ended_at: v.nullish(ms),
  end_reason: v.nullish(v.string()),
  result: v.nullish(v.unknown()),
  state: v.picklist(['recording', 'rendering', 'ready', 'failed', 'none']),
  duration_ms: v.nullish(ms),
});
export type RecordingRow = v.InferOutput<typeof RecordingRow>;

export const RecordingsAnswer = v.object({ recordings: v.array(RecordingRow), total: v.number() });
export type RecordingsAnswer = v.InferOutput<typeof RecordingsAnswer>;

export const OpenAnswer = v.object({ timeline: v.unknown(), files_base: v.string() });
export type OpenAnswer = v.InferOutput<typeof OpenAnswer>;

export const DiagAnswer = v.object({ code: v.string(), made_at: ms, report: v.unknown() });
export type DiagAnswer = v.InferOutput<typeof DiagAnswer>;

const GuestAnswer = v.object({ token: v.string() });
const Failure = v.object({ e: ErrorBody });

interface Call<S extends v.GenericSchema> {
  path: string;
  answer: S;
  body?: object;
  token?: string;
}

async function call<S extends v.GenericSchema>(wanted: Call<S>): Promise<v.InferOutput<S>> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const init: RequestInit = { headers, credentials: 'same-origin', cache: 'no-store' };
  if (wanted.body !== undefined) {
    init.method = 'POST';
    init.body = JSON.stringify(wanted.body);
    headers['Content-Type'] = 'application/json';
  }
  if (wanted.token !== undefined) {
    headers['Authorization'] = `Bearer ${wanted.token}`;
  }
  let response: Response;
  let json: unknown;
  try {
    response = await fetch(serverUrl(`api/v1/${wanted.path}`), init);
  } catch {
    throw new ClientError('http.network');
  }
  try {
    json = await response.json();
  } catch {
    throw new ClientError('http.status', `status ${response.status}`);
  }
  if (!response.ok) {
    const failure = v.safeParse(Failure, json);
    throw failure.success
      ? new ClientError(failure.output.e.code, failure.output.e.msg ?? '', failure.output.e.retry_ms ?? null)
      : new ClientError('http.status', `status ${response.status}`);
  }
  const answer = v.safeParse(wanted.answer, json);
  if (!answer.success) {
    throw new ClientError('client.bad_answer', `the answer of ${wanted.path} has another shape`);
  }
  return answer.output;
}

export interface RecordingFilter {
  from?: number;
  to?: number;
  number?: string;
  staff_no?: string;
  offset?: number;
  limit?: number;
}

/* The HTTP requests of docs/protocol.md. Each rejects with a ClientError. */
export const http = {
  matters: () => call({ path: 'matters', answer: MattersAnswer }),

  guest: () => call({ path: 'guest', answer: GuestAnswer, body: {} }),

  login: (staff_no: string, password: string, window?: string | number) =>
    call({
      path: 'login',
      answer: LoginAnswer,
      body: window === undefined ? { staff_no, password } : { staff_no, password, window },
    }),

  windows: (token: string) => call({ path: 'windows', answer: WindowsAnswer, token }),

  claim: (claim: string) => call({ path: 'claim', answer: ClaimAnswer, body: { claim } }),

  recordings: (token: string, filter: RecordingFilter = {}) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) {
      if (value !== undefined && value !== '') {
        query.set(name, String(value));
      }
    }
    const text = query.toString();
    return call({
      path: text ? `recordings?${text}` : 'recordings',
      answer: RecordingsAnswer,
      token,
    });
  },

  /* What a check at /diag found, by the code that it gave. */
  diag: (token: string, code: string) =>
    call({ path: `diag/${encodeURIComponent(code)}`, answer: DiagAnswer, token }),

  openRecording: (token: string, session: string | number, reason: string) =>
    call({
      path: `recordings/${encodeURIComponent(String(session))}/open`,
      answer: OpenAnswer,
      body: { reason },
      token,
    }),
};
