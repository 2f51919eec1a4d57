/* The painted counter, read out of decoded pictures; the twin of lib/inject.js. */
const columns = 8;
const rows = 4;

export const pictureWidth = columns * 8;
export const pictureHeight = rows * 8;
export const markEvery = 50;

function checksum(value) {
  let crc = 0xff;
  for (let bit = 23; bit >= 0; bit--) {
    const top = (crc >> 7) & 1;
    crc = ((crc << 1) & 0xff) ^ ((top ^ ((value >> bit) & 1)) ? 0x1d : 0);
  }
  return crc;
}

/** One grey picture of 64 x 32 bytes → {counter, sender} or null when the checksum is wrong. */
export function readCounter(gray) {
  let value = 0;
  let check = 0;
  for (let i = 0; i < columns * rows; i++) {
    const x = (i % columns) * 8 + 4;
    const y = Math.floor(i / columns) * 8 + 4;
    const bit = gray[y * pictureWidth + x] > 127 ? 1 : 0;
    if (i < 24) value = value * 2 + bit;
    else check = check * 2 + bit;
  }
  return checksum(value) === check ? { counter: value >> 4, sender: value & 0xf } : null;
}
