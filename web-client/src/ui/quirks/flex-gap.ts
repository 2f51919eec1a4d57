/*
 * `gap` between flex items came with Chromium 84 and Safari 14.1; @supports cannot tell, as both knew it for grids before. So
 * it is measured, and flex-gap.css puts margins in its place where it is missing.
 */
export function hasFlexGap(): boolean {
  const box = document.createElement('div');
  box.style.cssText = 'position:absolute;display:flex;flex-direction:column;row-gap:1px';
  box.append(document.createElement('div'), document.createElement('div'));
  document.body.append(box);
  const has = box.scrollHeight === 1;
  box.remove();
  return has;
}

export function markFlexGap(): void {
  document.documentElement.classList.toggle('no-flex-gap', !hasFlexGap());
}
