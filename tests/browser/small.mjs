// Makes a picture small: a PNG of few colours needs one byte for each point and not four.

import zlib from "node:zlib";

const { crc32, deflateSync, inflateSync } = zlib;

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** The chunks of a PNG, by name; those of the picture joined. */
function chunks(png) {
  const found = {};
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const name = png.toString("latin1", at + 4, at + 8);
    found[name] = Buffer.concat([found[name] ?? Buffer.alloc(0), png.subarray(at + 8, at + 8 + length)]);
    at += length + 12;
  }
  return found;
}

/** The points of a PNG with 8 bits for each of red, green and blue (and opacity), unfiltered (PNG, section 9). */
function points({ IHDR, IDAT }) {
  const [width, height] = [IHDR.readUInt32BE(0), IHDR.readUInt32BE(4)];
  const size = { 2: 3, 6: 4 }[IHDR[9]];
  if (IHDR[8] !== 8 || !size || IHDR[12] !== 0) throw new Error("not the kind of PNG that Chromium writes");
  const [raw, stride] = [inflateSync(IDAT), width * size];
  const out = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x >= size ? out[y * stride + x - size] : 0;
      const up = y > 0 ? out[(y - 1) * stride + x] : 0;
      const corner = x >= size && y > 0 ? out[(y - 1) * stride + x - size] : 0;
      const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      out[y * stride + x] = raw[y * (stride + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth][filter];
    }
  }
  return { width, height, size, out };
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  // Node below 20.15 and 22.2 has no crc32, and then the picture stays as it is.
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** The same picture in at most 256 colours; neighbouring shades become one where there are more. */
export function small(png) {
  if (!crc32) return png;
  const { width, height, size, out } = points(chunks(png));
  for (let coarse = 0; coarse < 8; coarse++) {
    const palette = new Map();
    const rows = Buffer.alloc(height * (width + 1));
    const shade = (value) => coarse === 0 ? value : Math.min(255, Math.round(value / 2 ** coarse) * 2 ** coarse);
    for (let point = 0; point < width * height && palette.size <= 256; point++) {
      const at = point * size;
      const color = (shade(out[at]) << 16) | (shade(out[at + 1]) << 8) | shade(out[at + 2]);
      if (!palette.has(color)) palette.set(color, palette.size);
      rows[Math.floor(point / width) * (width + 1) + 1 + (point % width)] = palette.get(color);
    }
    if (palette.size > 256) continue;
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 3, 0, 0, 0], 8);
    const colors = Buffer.concat([...palette.keys()].map((color) => Buffer.from([color >> 16, (color >> 8) & 255, color & 255])));
    const parts = [chunk("IHDR", header), chunk("PLTE", colors), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))];
    return Buffer.concat([SIGNATURE, ...parts]);
  }
  return png;
}
