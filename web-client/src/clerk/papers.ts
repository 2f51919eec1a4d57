import { client } from './desk';
import { sharing, stopSharing } from './share';

export const papers = client.papers;

/* The document camera, which has the place of a shared screen. */
export async function startPapers(id?: string): Promise<void> {
  if (sharing.value) {
    await stopSharing();
  }
  await papers.start(id);
}

export async function togglePapers(): Promise<void> {
  await (papers.track === null ? startPapers() : papers.stop());
}
