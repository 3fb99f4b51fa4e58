import test, { type ExecutionContext } from 'ava';
import { quantised } from '../../../outputs/map/pack-map.ts';
import type { MapSet } from '../../../outputs/map/map-set.ts';
import { drawSprite } from '../../../outputs/thumbnails/sprite.ts';
import { browserTest, type OpenedPage, openPage } from '../../helpers/browser.ts';
import { coloured } from '../../helpers/coloured-images.ts';
import { mapPage } from '../../helpers/map-page.ts';
import { someMap } from '../../helpers/map-points.ts';

/** Where a point is on the screen while all of the map is shown, by the law of `transformOf`. */
async function placeOf({ page }: OpenedPage, set: MapSet, at: number) {
  const { x, y, width, height } = (await page.locator('.map-window canvas').first().boundingBox())!;
  const places = quantised(set.positions);
  const scale = 0.95 * Math.min(width, height);
  return {
    x: x + width / 2 + scale * (places[2 * at]! / 65_535 - 0.5),
    y: y + height / 2 + scale * (0.5 - places[2 * at + 1]! / 65_535),
  };
}

function isSound(t: ExecutionContext, { consoleErrors, pageErrors, requests }: OpenedPage): void {
  t.deepEqual([...consoleErrors, ...pageErrors, ...requests], []);
}

/** How many pixels of the map have each colour, those of the paper left out. */
const colours = `(() => {
  const canvas = document.querySelector('.map-window canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const counts = {};
  for (const pixel of new Uint32Array(data.buffer)) counts[pixel] = (counts[pixel] ?? 0) + 1;
  return Object.values(counts).sort((a, b) => b - a).slice(1);
})()`;

browserTest('100,000 points are drawn, and the page measures its frames', async (t) => {
  const opened = await openPage(t, await mapPage(t, someMap(100_000)));
  await opened.page.locator('.map-window').focus();
  for (const key of ['+', '+', 'ArrowLeft', '-', '0']) await opened.page.keyboard.press(key);
  t.is((await opened.evaluate<number[]>(colours)).length, 3);
  const frames = await opened.evaluate<number[]>(
    `performance.getEntriesByName('map frame').map(({ duration }) => duration).sort((a, b) => a - b)`,
  );
  t.log(`median of ${frames.length} frames: ${frames[Math.floor(frames.length / 2)]} ms`);
  t.true(frames.length > 0);
  isSound(t, opened);
});

browserTest('what is pointed at is told by its id and class, with its neighbours', async (t) => {
  const set = someMap(300);
  const opened = await openPage(t, await mapPage(t, set));
  const { x, y } = await placeOf(opened, set, 17);
  await opened.page.mouse.move(x, y);
  const said = await opened.page.locator('.map-card').innerText();
  const told = set.ids.filter((id) => said.includes(id));
  t.true(said.startsWith(set.ids[17]!), said);
  t.deepEqual(
    told,
    [16, 17, 18].map((at) => set.ids[at]!),
  );
  isSound(t, opened);
});

browserTest(
  'what is pointed at is shown, and its neighbours as far as there are images',
  async (t) => {
    const set = someMap(300);
    const near = [16, 17].map((at) => set.ids[at]!);
    const source = coloured({ [near[0]!]: [250, 0, 0], [near[1]!]: [0, 0, 250] });
    const wanted = near.map((id) => ({ id }));
    const { jpeg, side, columns } = await drawSprite(source, wanted, { side: 32 });
    const cells = Int32Array.from(set.ids, (id) => near.indexOf(id));
    const sprite = { image: 'images', side, columns, cells };
    const opened = await openPage(t, await mapPage(t, { ...set, sprite }, jpeg));
    const { x, y } = await placeOf(opened, set, 17);
    await opened.page.mouse.move(x, y);
    const middles = await opened.evaluate<number[][]>(`Array.from(
    document.querySelectorAll('.map-card canvas'),
    (one) => Array.from(one.getContext('2d').getImageData(16, 16, 1, 1).data.slice(0, 3)))`);
    t.is(middles.length, 2);
    for (const [at, [red, , blue]] of middles.entries()) {
      t.true(
        at === 0 ? blue! > 200 && red! < 60 : red! > 200 && blue! < 60,
        `${at}: ${red}, ${blue}`,
      );
    }
    t.is(await opened.page.locator('.map-card .map-point').count(), 3);
    t.deepEqual(await opened.violations(), []);
    isSound(t, opened);
  },
);

browserTest('the legend filters by mouse and by keyboard, and stands in the address', async (t) => {
  const set = someMap(300);
  const file = await mapPage(t, set);
  const opened = await openPage(t, file);
  t.is((await opened.evaluate<number[]>(colours)).length, 3);
  await opened.page.getByRole('checkbox', { name: /^a/u }).focus();
  await opened.page.keyboard.press('Space');
  t.regex(await opened.evaluate<string>('location.hash'), /,0$/u);
  const { x, y } = await placeOf(opened, set, 18);
  await opened.page.mouse.move(x, y);
  t.false((await opened.page.locator('.map-card').innerText()).includes(set.ids[18]!));
  const again = await openPage(t, file, { hash: await opened.evaluate<string>('location.hash') });
  t.is((await again.evaluate<number[]>(colours)).length, 2);
  t.false(await again.page.getByRole('checkbox', { name: /^a/u }).isChecked());
  isSound(t, opened);
});

browserTest(
  'points are chosen by an outline, or in view by keyboard, and their ids listed',
  async (t) => {
    const set = someMap(300);
    const opened = await openPage(t, await mapPage(t, set));
    const { page } = opened;
    const list = page.getByLabel('Ids of the chosen images');
    await page.getByRole('button', { name: 'Draw around points' }).press('Enter');
    const box = (await page.locator('.map-window').boundingBox())!;
    await page.mouse.move(box.x + 3, box.y + 3);
    await page.mouse.down();
    for (const [dx, dy] of [
      [box.width - 3, 3],
      [box.width - 3, box.height - 3],
      [3, box.height - 3],
    ] as const) {
      await page.mouse.move(box.x + dx, box.y + dy);
    }
    await page.mouse.up();
    t.deepEqual((await list.inputValue()).split('\n'), set.ids);
    await page.getByRole('button', { name: 'Clear' }).click();
    t.false(await list.isVisible());
    await page.getByRole('checkbox', { name: /^a/u }).uncheck();
    await page.getByRole('button', { name: 'Choose what is in view' }).press('Enter');
    const others = set.ids.filter((id) => !id.startsWith('a/'));
    t.deepEqual((await list.inputValue()).split('\n'), others);
    await page.getByRole('button', { name: 'Copy' }).click();
    // The clipboard answers later.
    const answer = page.locator('.map-status').filter({ hasText: /^Copied|^Press/u });
    await answer.waitFor();
    t.true(await answer.isVisible());
    isSound(t, opened);
  },
);

browserTest('keys move, zoom and point', async (t) => {
  const set = someMap(300);
  const opened = await openPage(t, await mapPage(t, set));
  await opened.page.locator('.map-window').focus();
  await opened.page.keyboard.press('+');
  await opened.page.keyboard.press('ArrowRight');
  t.regex(await opened.evaluate<string>('location.hash'), /^#map-0=0\.\d+,0\.5000,1\.50,$/u);
  await opened.page.keyboard.press('Enter');
  const said = await opened.page.locator('.map-card').innerText();
  t.true(
    set.ids.some((id) => said.startsWith(id)),
    said,
  );
  await opened.page.keyboard.press('Escape');
  t.regex(await opened.page.locator('.map-card').innerText(), /^Point at the map/u);
});

browserTest('two fingers zoom, and one points without moving the map', async (t) => {
  const set = someMap(300);
  const opened = await openPage(t, await mapPage(t, set), { touch: true, width: 400 });
  const { page } = opened;
  await page.locator('.map-window').scrollIntoViewIfNeeded();
  const { x, y } = await placeOf(opened, set, 17);
  const session = await page.context().newCDPSession(page);
  const touch = async (type: string, places: readonly (readonly [number, number])[]) =>
    await session.send('Input.dispatchTouchEvent', {
      type: type as 'touchStart',
      touchPoints: places.map(([left, top], id) => ({ x: left, y: top, id })),
    });
  await touch('touchStart', [[x, y]]);
  await touch('touchEnd', []);
  t.true((await page.locator('.map-card').innerText()).includes(set.ids[17]!));
  t.is(await opened.evaluate<string>('location.hash'), '');
  const box = (await page.locator('.map-window').boundingBox())!;
  const [middle, height] = [box.x + box.width / 2, box.y + box.height / 2];
  const apart = (distance: number) =>
    [
      [middle - distance, height],
      [middle + distance, height],
    ] as const;
  await touch('touchStart', apart(20));
  for (const distance of [30, 40, 50, 60]) await touch('touchMove', apart(distance));
  await touch('touchEnd', []);
  const zoom = Number((await opened.evaluate<string>('location.hash')).split(',')[2]);
  t.true(zoom > 2 && zoom < 4, `zoomed by ${zoom}`);
  isSound(t, opened);
});

browserTest('with scripts off there are a picture and a table, with them a canvas', async (t) => {
  const file = await mapPage(t, someMap(300));
  const still = await openPage(t, file, { scripts: false, width: 360 });
  t.is(await still.page.locator('.map-still').count(), 1);
  t.is(await still.page.locator('button, canvas').count(), 0);
  t.is(await still.page.locator('tbody tr').count(), 3);
  t.deepEqual(await still.violations(), []);
  t.is(await still.overflow(), 0);
});

browserTest('light and dark, narrow and wide: no violation, no sideways scroll', async (t) => {
  const file = await mapPage(t, someMap(300));
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1440]) {
      const opened = await openPage(t, file, { colorScheme, width });
      t.deepEqual(await opened.violations(), []);
      t.is(await opened.overflow(), 0);
      isSound(t, opened);
    }
  }
  const opened = await openPage(t, file);
  const light = await opened.evaluate(corner);
  await opened.page.emulateMedia({ colorScheme: 'dark' });
  await opened.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
  );
  t.notDeepEqual(await opened.evaluate(corner), light);
});

const corner = `Array.from(
  document.querySelector('.map-window canvas').getContext('2d').getImageData(0, 0, 1, 1).data)`;

browserTest('names that are code, quotes and line ends are shown as text', async (t) => {
  const odd = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', 'line\nend', '..'];
  const set = someMap(40, odd);
  const opened = await openPage(t, await mapPage(t, set));
  t.is(await opened.page.locator('.map-classes label').count(), 4);
  t.true((await opened.page.locator('.map-legend').innerText()).includes(odd[0]!));
  await opened.page.getByRole('button', { name: 'Choose what is in view' }).click();
  const list = await opened.page.getByLabel('Ids of the chosen images').inputValue();
  t.deepEqual(JSON.parse(list), set.ids);
  t.is(await opened.page.locator('main script:not([type]), main img').count(), 0);
  isSound(t, opened);
});

test('coordinates keep their proportions, and points of one place are in the middle', (t) => {
  t.deepEqual([...quantised(Float32Array.of(0, 0, 4, 2))], [0, 16_384, 65_535, 49_151]);
  t.deepEqual([...quantised(Float32Array.of(7, 7))], [32_768, 32_768]);
  t.throws(() => quantised(Float32Array.of(0, Number.NaN)), { instanceOf: RangeError });
});
