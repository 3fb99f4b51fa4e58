/**
 * A map of many points in headless Chromium, measured by the page itself:
 * `npx tsx test/bench/map-page.ts [--points 100000] [--classes 1000] [--width 1440] [--moves 100]`.
 *
 * Frames while it is moved and zoomed, and answers to the pointer. It fails above 100 ms for a frame or 16 ms for an answer (medians).
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { mapPageHtml, someMap } from '../helpers/map-points.ts';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '100000' },
    classes: { type: 'string', default: '1000' },
    width: { type: 'string', default: '1440' },
    moves: { type: 'string', default: '100' },
  },
});
const classes = Array.from({ length: Number(values.classes) }, (_, at) => `class ${at}`);
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
const file = path.join(folder, 'map.html');
const executablePath = process.env['SINCERE_CHROMIUM'] ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath });
try {
  await fs.writeFile(file, mapPageHtml(someMap(Number(values.points), classes)));
  console.log(`page: ${((await fs.stat(file)).size / 1e6).toFixed(2)} MB`);
  const context = await browser.newContext({
    viewport: { width: Number(values.width), height: 900 },
  });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  const window = page.locator('.map-window');
  await window.focus();
  const box = (await window.boundingBox())!;
  const keys = ['+', 'ArrowLeft', 'ArrowUp', '-', 'ArrowRight'];
  for (let at = 0; at < Number(values.moves); at += 1) {
    await page.keyboard.press(keys[at % keys.length]!);
    const [dx, dy] = [(at * 37) % box.width, (at * 53) % box.height];
    await page.mouse.move(box.x + dx, box.y + dy);
  }
  for (const [name, most] of [
    ['map frame', 100],
    ['map hover', 16],
  ] as const) {
    const all = await page.evaluate(
      `performance.getEntriesByName('${name}').map(({ duration }) => duration)`,
    );
    const times = all as number[];
    const middle = median(times);
    const worst = Math.max(...times);
    console.log(
      `${name}: median ${middle.toFixed(2)} ms, worst ${worst.toFixed(2)} of ${times.length}`,
    );
    if (middle > most) process.exitCode = 1;
  }
} finally {
  await browser.close();
  await fs.rm(folder, { recursive: true });
}
