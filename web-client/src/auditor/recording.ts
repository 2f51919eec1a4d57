import { ref } from 'vue';

import { codeOf, http, sessionDrawer, type Drawer, type Matter } from '@/core';
import { resultCode } from './recordings';
import { readManifest, readTimeline, type Manifest, type Timeline } from './replay/timeline';

export interface Recording {
  timeline: Timeline;
  manifest: Manifest | null;
  /* where its files are, ending in a slash */
  base: string;
  /* the ticket's result code; "" when there is none, or it is not known */
  result: string;
  /* what the matter is called in English: the timeline has the Chinese words alone */
  matterEn: Matter['en'];
}

export type Phase = 'loading' | 'reason' | 'ready' | 'failed';

async function json(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/* A matter that is no more in the catalogue keeps the words it was recorded with. */
export async function matterEnOf(code: string | null | undefined): Promise<Matter['en']> {
  if (!code) {
    return null;
  }
  try {
    return (await http.matters()).matters.find((one) => one.code === code)?.en;
  } catch {
    return null;
  }
}

/* The result is given after the call, so the list has it and the timeline has not. */
async function resultOf(token: string, session: string, number: string | null | undefined): Promise<string> {
  if (!number) {
    return '';
  }
  try {
    const { recordings } = await http.recordings(token, { number, limit: 50 });
    const row = recordings.find((one) => String(one.session) === session);
    return row ? resultCode(row) : '';
  } catch {
    return ''; /* the recording itself is here: that is what was asked for */
  }
}

/*
 * One recording, from the question for a reason to its timeline. A reload within the life of the cookie opens it again
 * without a question: the reason was given and written down.
 */
export function useRecording(
  session: string,
  token: string,
  drawer: Drawer = sessionDrawer('shipinban.auditor.opened.'),
) {
  const phase = ref<Phase>('loading');
  const recording = ref<Recording | null>(null);
  const error = ref<string | null>(null);
  const busy = ref(false);

  async function take(answer: unknown, base: string): Promise<boolean> {
    const timeline = readTimeline(answer);
    if (timeline === null) {
      return false;
    }
    const [manifest, result, matterEn] = await Promise.all([
      json(`${base}manifest.json`),
      resultOf(token, session, timeline.number),
      matterEnOf(timeline.matter?.code),
    ]);
    recording.value = { timeline, manifest: readManifest(manifest), base, result, matterEn };
    phase.value = 'ready';
    return true;
  }

  async function reopen(): Promise<void> {
    const base = drawer.get(session);
    if (base === null || !(await take(await json(`${base}timeline.json`), base))) {
      drawer.remove(session);
      phase.value = 'reason';
    }
  }

  async function open(reason: string): Promise<void> {
    busy.value = true;
    error.value = null;
    try {
      const answer = await http.openRecording(token, session, reason);
      drawer.set(session, answer.files_base);
      if (!(await take(answer.timeline, answer.files_base))) {
        phase.value = 'failed';
        error.value = 'page.timeline';
      }
    } catch (failure) {
      error.value = codeOf(failure);
    } finally {
      busy.value = false;
    }
  }

  void reopen();
  return { phase, recording, error, busy, open };
}
