import { ref } from 'vue';

/* What the list shows; all of it stands in the address, so that a reload and the back button lose nothing. */
export interface ListQuery {
  number: string;
  staffNo: string;
  /* days, 2026-11-23; empty is open */
  from: string;
  to: string;
  page: number;
}

export type Route = { page: 'list'; query: ListQuery } | { page: 'replay'; session: string };

export const emptyQuery: ListQuery = { number: '', staffNo: '', from: '', to: '', page: 1 };

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

export function parseRoute(hash: string): Route {
  const replay = /^#\/replay\/([^/?]+)$/.exec(hash);
  if (replay) {
    return { page: 'replay', session: decodeURIComponent(replay[1]!) };
  }
  const values = new URLSearchParams(hash.includes('?') ? hash.slice(hash.indexOf('?') + 1) : '');
  const day = (name: string): string => {
    const value = values.get(name) ?? '';
    return dayPattern.test(value) ? value : '';
  };
  return {
    page: 'list',
    query: {
      number: values.get('number') ?? '',
      staffNo: values.get('staff') ?? '',
      from: day('from'),
      to: day('to'),
      page: Math.max(1, Math.floor(Number(values.get('page'))) || 1),
    },
  };
}

export function formatRoute(route: Route): string {
  if (route.page === 'replay') {
    return `#/replay/${encodeURIComponent(route.session)}`;
  }
  const { number, staffNo, from, to, page } = route.query;
  const values = new URLSearchParams();
  const put = (name: string, value: string): void => {
    if (value !== '') {
      values.set(name, value);
    }
  };
  put('number', number);
  put('staff', staffNo);
  put('from', from);
  put('to', to);
  put('page', page > 1 ? String(page) : '');
  const text = values.toString();
  return text === '' ? '#/' : `#/?${text}`;
}

/* A day's first and last millisecond, in the browser's time zone; undefined for an open end. */
export function dayStart(day: string): number | undefined {
  const at = new Date(`${day}T00:00:00`).getTime();
  return Number.isFinite(at) ? at : undefined;
}

export function dayEnd(day: string): number | undefined {
  const at = new Date(`${day}T23:59:59.999`).getTime();
  return Number.isFinite(at) ? at : undefined;
}

export const route = ref<Route>(parseRoute(location.hash));

window.addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

export function go(next: Route): void {
  const hash = formatRoute(next);
  if (hash !== location.hash) {
    location.hash = hash;
  }
}
