/** Reduces a screenshot to 256 colours: a third of the size, and these pages have hardly more colours. */

import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** @see https://www.w3.org/TR/png-3/ */
export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 256)
    .map(([colour]) => colour);
  const indexes = new Map(palette.map((colour, index) => [colour, index]));
  const indexOf = (colour: number) => {
    const known = indexes.get(colour) ?? nearest(palette, colour);
    indexes.set(colour, known);
    return known;
  };
  const lines = Buffer.alloc((width + 1) * height);
  pixels.forEach((pixel, at) => {
    lines[at + Math.floor(at / width) + 1] = indexOf(pixel);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const data = deflateSync(lines, { level: 9 });
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function nearest(palette: number[], colour: number): number {
  const apart = (a: number, b: number, shift: number) => (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2;
  const distances = palette.map(
    (other) => apart(colour, other, 16) + apart(colour, other, 8) + apart(colour, other, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

/** Colours as numbers, row by row. Reads 8-bit RGB only, which Chromium writes for an opaque page. */
function decode(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  if (png[24] !== 8 || png[25] !== 2) throw new TypeError('not an 8-bit RGB picture');
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const data = inflateSync(Buffer.concat(parts));
  const stride = width * 3;
  const bytes = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < 3 ? 0 : bytes[at - 3]!;
      const above = y === 0 ? 0 : bytes[at - stride]!;
      const corner = x < 3 || y === 0 ? 0 : bytes[at - stride - 3]!;
      bytes[at] = data[at + y + 1]! + predicted(filter, left, above, corner);
    }
  }
  const pixels = Uint32Array.from({ length: width * height }, (_, at) => bytes.readUIntBE(at * 3, 3));
  return { width, height, pixels };
}

/** Undoes the five filters of PNG. */
function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 4) {
    const guess = left + above - corner;
    const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
    return a <= b && a <= c ? left : b <= c ? above : corner;
  }
  return [0, left, above, (left + above) >> 1][filter]!;
}
