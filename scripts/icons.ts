/**
 * Draws the icons: `node scripts/run.mjs scripts/icons.ts`. What it writes to public/icons is committed, so it
 * only needs to run when the drawing changes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { findChromium, INSTALL_COMMAND } from './browser.ts';
import { root } from './root.ts';

const PAPER = '#faf8f3';
const CANVAS = 512;

/** A satchel: handle, body, and a flap that a leaf holds shut. */
const HANDLE = 'M194 188v-24a62 62 0 0 1 124 0v24';
const BODY = 'M152 176h208a44 44 0 0 1 44 44v140a44 44 0 0 1-44 44H152a44 44 0 0 1-44-44V220a44 44 0 0 1 44-44z';
const FLAP = 'M152 176h208a44 44 0 0 1 44 44v34c-36 46-90 70-148 70s-112-24-148-70v-34a44 44 0 0 1 44-44z';
const FLAP_EDGE = 'M108 254c36 46 90 70 148 70s112-24 148-70';
const LEAF = 'M256 266c35 24 36 68 0 100c-36-32-35-76 0-100z';
const VEIN = 'M256 302v82';

const BACKGROUND = `<linearGradient id="cloth" x1="0" y1="0" x2="0" y2="1">
    <stop offset="0" stop-color="#3b8069" /><stop offset="1" stop-color="#245447" />
  </linearGradient>`;

const MARK = `<path d="${HANDLE}" fill="none" stroke="${PAPER}" stroke-width="26" stroke-linecap="round" />
  <path d="${BODY}" fill="${PAPER}" />
  <path d="${FLAP}" fill="#e8dfc8" />
  <path d="${LEAF}" fill="#2f6b57" stroke="${PAPER}" stroke-width="10" stroke-linejoin="round" />
  <path d="${VEIN}" fill="none" stroke="#2f6b57" stroke-width="10" stroke-linecap="round" />`;

/** One colour, cut out: systems tint it. */
const MONOCHROME = `<mask id="cut"><rect width="512" height="512" fill="#fff" />
    <path d="${FLAP_EDGE}" fill="none" stroke="#000" stroke-width="16" stroke-linecap="square" />
    <path d="${LEAF}" fill="#000" stroke="#000" stroke-width="22" /></mask>
  <path d="${HANDLE}" fill="none" stroke="#000" stroke-width="26" stroke-linecap="round" />
  <path d="${BODY}" mask="url(#cut)" />
  <path d="${LEAF}" />`;

function svg(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CANVAS} ${CANVAS}">\n  ${content}\n</svg>\n`;
}

/** Scaled about the centre. */
function scaled(content: string, factor: number): string {
  const shift = (CANVAS * (1 - factor)) / 2;
  return `<g transform="translate(${shift} ${shift}) scale(${factor})">${content}</g>`;
}

const rounded = svg(`${BACKGROUND}\n  <rect width="512" height="512" rx="116" fill="url(#cloth)" />\n  ${MARK}`);
/** For systems that cut their own shape: the mark inside the inner four fifths that always stay. */
const bleeding = svg(`${BACKGROUND}<rect width="512" height="512" fill="url(#cloth)" />${scaled(MARK, 0.86)}`);

const PICTURES = [
  { name: 'icon-192.png', size: 192, drawing: rounded },
  { name: 'icon-512.png', size: 512, drawing: rounded },
  { name: 'apple-touch-icon.png', size: 180, drawing: bleeding },
  { name: 'maskable-512.png', size: 512, drawing: bleeding },
  { name: 'monochrome-512.png', size: 512, drawing: svg(scaled(MONOCHROME, 1.1)) },
];

const folder = join(root, 'public/icons');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'icon.svg'), rounded);

const here = findChromium();
if (!here) throw new Error(`There is no Chromium here; get one with: ${INSTALL_COMMAND}`);
const browser = await chromium.launch({ ...here, args: [...here.args] });
for (const { name, size, drawing } of PICTURES) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block; width: ${size}px }</style>${drawing}`);
  await page.screenshot({ path: join(folder, name), omitBackground: true });
  await page.close();
}
await browser.close();
