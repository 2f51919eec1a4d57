import { describe, expect, it } from 'vitest';

import { back, go, hashOf, place, placeOf, type Place } from './navigation';

const places: Place[] = [
  { name: 'home' },
  { name: 'matter', code: 'BD01' },
  { name: 'notice', code: 'BD01' },
  { name: 'alternatives', code: 'BD01' },
  { name: 'claim', code: 'Zx_9-a' },
  { name: 'claim-alternatives', code: 'Zx_9-a' },
];

describe('places', () => {
  it.each(places)('are written into the hash and read back: $name', (one) => {
    expect(placeOf(hashOf(one))).toEqual(one);
  });

  it.each(['', '#', '#/nowhere/BD01', '#/matter/', '#/matter/<script>', '#claim=', '#claim=a/b', '#x'])(
    'that are not known are home: %s',
    (hash) => {
      expect(placeOf(hash)).toEqual({ name: 'home' });
    },
  );

  it('lead back one step, and not out of the page', () => {
    go({ name: 'matter', code: 'BD01' });
    go({ name: 'notice', code: 'BD01' });
    back();
    expect(place.value).toEqual({ name: 'matter', code: 'BD01' });
    expect(location.hash).toBe('#/matter/BD01');
    back();
    back();
    expect(place.value).toEqual({ name: 'home' });
  });
});
