// Draws faces with attributes, a PNG each, and faces.csv, which says what each shows.
//
//   npm install @dicebear/core@9.4.3 @dicebear/pixel-art@9.4.3 @resvg/resvg-js
//   node draw_avatars.mjs COUNT SEED FOLDER
//
// The design is "Pixel Art" by DiceBear (CC0 1.0); the colours of hair, eyes and skin are ours.
// scripts/make_avatars.py makes the bundled data set of them.

import { createAvatar } from '@dicebear/core';
import * as pixelArt from '@dicebear/pixel-art';
import { Resvg } from '@resvg/resvg-js';
import fs from 'node:fs';
import path from 'node:path';

const SIDE = 32; // Twice the design's own pixels.
const GLASSES = 0.25;
const HAIR = {
  blond: ['e8c468', 'cab188'],
  brown: ['603a14', '83623b'],
  black: ['1c1410', '28150a'],
  red: ['bd1700', 'b5451b'],
  blue: ['009bbd', '2d6cdf'],
  green: ['91cb15', '3f9b3f'],
};
const EYES = { blue: ['2f7fd6'], green: ['2fa84f'], brown: ['6b3f1d'] };
const SKIN = { light: ['ffdbac', 'f5cfa0'], medium: ['cb9e6e', 'b68655'], dark: ['8d5524', '6e4020'] };
const { hair: HAIRCUTS, mouth: MOUTHS } = pixelArt.schema.properties;

// Mulberry32: small, and the same on every machine.
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const [count, seed, folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node draw_avatars.mjs COUNT SEED FOLDER');
  process.exit(2);
}
const random = randomFrom(Number(seed));
const pick = (values) => values[Math.floor(random() * values.length)];
const called = (designs, start) => designs.default.filter((name) => name.startsWith(start));

function draw(index) {
  // The order of these lines is that of the random numbers.
  const hair = pick(Object.keys(HAIR));
  const eyes = pick(Object.keys(EYES));
  const skin = pick(Object.keys(SKIN));
  const length = pick(['short', 'long']);
  const glasses = random() < GLASSES ? 'yes' : 'no';
  const mouth = pick(['happy', 'sad']);
  const svg = createAvatar(pixelArt, {
    seed: `a${index}${seed}`,
    hair: [pick(called(HAIRCUTS, length))],
    hairColor: [pick(HAIR[hair])],
    eyesColor: [pick(EYES[eyes])],
    skinColor: [pick(SKIN[skin])],
    glassesProbability: glasses === 'yes' ? 100 : 0,
    mouth: [pick(called(MOUTHS, mouth))],
    hatProbability: 0,
    beardProbability: 0,
    accessoriesProbability: 0,
    backgroundColor: ['f2f2f2'],
  }).toString();
  const size = { mode: 'width', value: SIDE };
  const png = new Resvg(svg, { fitTo: size, shapeRendering: 0 }).render().asPng();
  return { row: [hair, length, eyes, skin, glasses, mouth], png };
}

fs.mkdirSync(path.join(folder, 'images'), { recursive: true });
const rows = [['file', 'hair', 'length', 'eyes', 'skin', 'glasses', 'mouth']];
for (let index = 0; index < Number(count); index += 1) {
  const file = `images/${String(index).padStart(6, '0')}.png`;
  const { row, png } = draw(index);
  fs.writeFileSync(path.join(folder, file), png);
  rows.push([file, ...row]);
}
fs.writeFileSync(path.join(folder, 'faces.csv'), rows.map((row) => `${row.join(',')}\n`).join(''));
