// Draws the pictures of the README from the report of a demo, with the Chromium that `.ci/browser` installs:
//
//     npm start && node .ci/draw-pictures.js runs/demo/report.html
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const folder = fileURLToPath(new URL('../outputs/report/pictures/', import.meta.url));
const [width, height, pixelRatio] = [1100, 720, 1.5];

/** Few colours, then no loss: of text, lines and points that is smaller and clearer than less quality. */
async function save(name, screenshot) {
  const few = await sharp(screenshot).png({ palette: true, colours: 64 }).toBuffer();
  const file = path.join(folder, `${name}.webp`);
  await sharp(few).webp({ lossless: true, effort: 6 }).toFile(file);
}

async function draw(file, colorScheme) {
  const browser = await chromium.launch({
    executablePath: process.env['SINCERE_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--disable-dev-shm-usage'],
  });
  try {
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: pixelRatio,
      colorScheme,
    });
    const page = await context.newPage();
    await page.goto(pathToFileURL(path.resolve(file)).href);
    await save(`first-screen-${colorScheme}`, await page.screenshot());
    const parts = page.locator('.map-parts').first();
    await parts.scrollIntoViewIfNeeded();
    // The map answers for the image in its middle, with its neighbours.
    await page.locator('.map-window').first().press('Enter');
    await save(`map-${colorScheme}`, await parts.screenshot());
  } finally {
    await browser.close();
  }
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('draw-pictures: give the report of a demo: runs/demo/report.html\n');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const colorScheme of ['light', 'dark']) await draw(file, colorScheme);
