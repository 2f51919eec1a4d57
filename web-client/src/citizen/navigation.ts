import { ref } from 'vue';

/* Where the citizen is while no number or call decides it. Kept in the hash, so that back and reload work as on any page. */
export type Place =
  | { name: 'home' }
  | { name: 'matter'; code: string }
  | { name: 'notice'; code: string }
  | { name: 'alternatives'; code: string }
  | { name: 'claim'; code: string }
  | { name: 'claim-alternatives'; code: string };

export function placeOf(hash: string): Place {
  const claim = /^#claim=([A-Za-z0-9_-]{1,128})$/.exec(hash);
  if (claim) {
    return { name: 'claim', code: claim[1]! };
  }
  const page = /^#\/(matter|notice|alternatives|claim-alternatives)\/([A-Za-z0-9_-]{1,128})$/.exec(hash);
  return page ? ({ name: page[1], code: page[2] } as Place) : { name: 'home' };
}

export function hashOf(place: Place): string {
  switch (place.name) {
    case 'home':
      return '#/';
    case 'claim':
      return `#claim=${place.code}`;
    case 'matter':
    case 'notice':
    case 'alternatives':
    case 'claim-alternatives':
      return `#/${place.name}/${place.code}`;
  }
}

export const place = ref<Place>(placeOf(location.hash));

window.addEventListener('hashchange', () => {
  place.value = placeOf(location.hash);
});

export function go(next: Place): void {
  if (hashOf(next) !== location.hash) {
    location.hash = hashOf(next);
  }
  place.value = next;
  window.scrollTo(0, 0);
}

/* Without a step in the history: going back must not lead into something that is over. */
export function replacePlace(next: Place): void {
  history.replaceState(history.state, '', hashOf(next));
  place.value = next;
  window.scrollTo(0, 0);
}

/* One step back where there is one in this page, else home. */
export function back(): void {
  const parent: Record<Exclude<Place['name'], 'home'>, () => Place> = {
    matter: () => ({ name: 'home' }),
    notice: () => ({ name: 'matter', code: codeOfPlace() }),
    alternatives: () => ({ name: 'notice', code: codeOfPlace() }),
    claim: () => ({ name: 'home' }),
    'claim-alternatives': () => ({ name: 'claim', code: codeOfPlace() }),
  };
  if (place.value.name !== 'home') {
    replacePlace(parent[place.value.name]());
  }
}

function codeOfPlace(): string {
  return place.value.name === 'home' ? '' : place.value.code;
}
