import { describe, expect, it } from 'vitest';

import css from './tokens.css?raw';

type Theme = Record<string, string>;

function themeOf(selector: string): Theme {
  const start = css.indexOf(`${selector} {`);
  if (start < 0) {
    throw new Error(`no rule ${selector}`);
  }
  const rule = css.slice(start, css.indexOf('}', start));
  const theme: Theme = {};
  for (const [, name, value] of rule.matchAll(/--([a-z0-9-]+):\s*(#[0-9a-f]{6});/g)) {
    theme[name!] = value!;
  }
  return theme;
}

/* WCAG 2.2, relative luminance */
function luminance(colour: string): number {
  const channel = (at: number): number => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/* Text colour on ground colour, as the components use them. */
const pairs: Array<[string, string]> = [
  ['ink', 'ground'],
  ['ink', 'card'],
  ['ink', 'primary-tint'],
  ['ink', 'warn-tint'],
  ['ink', 'bad-tint'],
  ['quiet', 'ground'],
  ['quiet', 'card'],
  ['link', 'card'],
  ['link', 'ground'],
  ['link', 'primary-tint'],
  ['on-primary', 'primary'],
  ['on-primary', 'primary-hover'],
  ['on-primary', 'primary-active'],
  ['good', 'card'],
  ['good', 'good-tint'],
  ['warn', 'card'],
  ['warn', 'warn-tint'],
  ['bad', 'card'],
  ['bad', 'bad-tint'],
];
const lightPairs: Array<[string, string]> = [
  ...pairs,
  ['primary', 'card'],
  ['primary', 'ground'],
  ['primary', 'primary-tint'],
  ['on-bad', 'bad'],
  ['on-bad', 'bad-hover'],
];

describe('tokens', () => {
  const light = themeOf(':root');
  const dark = { ...light, ...themeOf('.theme-dark') };

  it('knows black on white', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 1);
  });

  it.each(lightPairs)('light: %s on %s reads at 4.5:1', (text, ground) => {
    expect(contrast(light[text]!, light[ground]!)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(pairs)('dark: %s on %s reads at 4.5:1', (text, ground) => {
    expect(contrast(dark[text]!, dark[ground]!)).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    ['light', light],
    ['dark', dark],
  ])('%s: borders of controls show at 3:1', (_name, theme) => {
    expect(contrast(theme['line-strong']!, theme['card']!)).toBeGreaterThanOrEqual(3);
  });

  it('keeps elder mode at 1.35 and its targets at 60 px', () => {
    const elder = css.slice(css.indexOf("data-elder='true'"));
    expect(elder).toMatch(/--scale: 1\.35;/);
    expect(elder).toMatch(/--target: 60px;/);
  });
});
