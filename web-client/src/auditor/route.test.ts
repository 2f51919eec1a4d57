import { describe, expect, it } from 'vitest';

import { dayEnd, dayStart, emptyQuery, formatRoute, parseRoute, type Route } from './route';

describe('route', () => {
  it.each<[string, Route]>([
    ['', { page: 'list', query: emptyQuery }],
    ['#/', { page: 'list', query: emptyQuery }],
    ['#/replay/abc%2F1', { page: 'replay', session: 'abc/1' }],
    [
      '#/?number=A012&staff=3003&from=2026-11-01&to=2026-11-23&page=3',
      { page: 'list', query: { number: 'A012', staffNo: '3003', from: '2026-11-01', to: '2026-11-23', page: 3 } },
    ],
    ['#/?from=tomorrow&page=-2', { page: 'list', query: emptyQuery }],
  ])('reads %s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  it('writes what it reads', () => {
    const routes: Route[] = [
      { page: 'replay', session: 'a b/c' },
      { page: 'list', query: emptyQuery },
      { page: 'list', query: { ...emptyQuery, number: 'A&=#', page: 2 } },
    ];
    routes.forEach((route) => expect(parseRoute(formatRoute(route))).toEqual(route));
    expect(formatRoute({ page: 'list', query: emptyQuery })).toBe('#/');
  });

  it('covers whole days', () => {
    expect(dayEnd('2026-11-23')! - dayStart('2026-11-23')! + 1).toBe(86_400_000);
    expect(dayStart('')).toBeUndefined();
  });
});
