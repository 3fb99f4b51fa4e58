import test from 'ava';
import {
  type CentreTile,
  openCentreTile,
} from '../../../../operators/evaluation/clustering/centre-tile.ts';
import {
  restartState,
  type RestartState,
} from '../../../../operators/evaluation/clustering/k-means-state.ts';
import { seedCentres } from '../../../../operators/evaluation/clustering/seed-centres.ts';
import { seedDistances } from '../../../../operators/evaluation/clustering/seed-distances.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';

/** Initial centres of some restarts, `[k, dim]` each, and how often distances were brought up to date. */
async function seeded(
  rows: Float32Array,
  { k, dim, restarts }: { readonly k: number; readonly dim: number; readonly restarts: number },
): Promise<{ readonly states: readonly RestartState[]; readonly passes: number }> {
  const size = { k, dim };
  const states = Array.from({ length: restarts }, () => restartState(size, 0));
  const tiles = new Map<number, Promise<CentreTile>>();
  const tileOf = (width: number): Promise<CentreTile> => {
    const tile = tiles.get(width) ?? openCentreTile(dim, width);
    tiles.set(width, tile);
    return tile;
  };
  let passes = 0;
  await seedCentres({
    rows,
    size,
    seed: 0,
    states,
    update: async (seeds) => {
      passes += 1;
      const request = { task: 'seed', rows, size, seeds, worker: 0, workers: 1 } as const;
      await seedDistances(request, tileOf);
    },
    onProgress: () => {},
  });
  return { states, passes };
}

const textsOf = (values: ArrayLike<number>, dim: number): string[] =>
  Array.from({ length: values.length / dim }, (_, at) =>
    Array.from({ length: dim }, (__, d) => values[at * dim + d]).join(),
  );

test('initial centres are rows, no row twice, and are drawn some at a time', async (t) => {
  const [count, k, dim] = [2000, 400, 5];
  const rows = unitRows(count, dim, 'rows');
  const { states, passes } = await seeded(rows, { k, dim, restarts: 2 });
  t.true(passes < k / 2);
  const known = new Set(textsOf(rows, dim));
  const drawn = states.map(({ centres }) => textsOf(centres, dim));
  for (const centres of drawn) {
    t.is(new Set(centres).size, k);
    t.true(centres.every((centre) => known.has(centre)));
  }
  t.notDeepEqual(drawn[0], drawn[1]);
});

test('a centre that is drawn by distances of before is as likely as one by those of now', async (t) => {
  // Pairs of rows on axes of their own: whoever draws one of a pair draws the other with a probability near 0.
  const [pairs, k] = [200, 150];
  const rows = new Float32Array(2 * pairs * pairs);
  for (let row = 0; row < 2 * pairs; row += 1) {
    rows[row * pairs + (row >> 1)] = 1;
    if (row % 2 === 1) rows[row * pairs + (((row >> 1) + 1) % pairs)] = 1e-4;
  }
  const { states } = await seeded(rows, { k, dim: pairs, restarts: 3 });
  for (const { centres } of states) {
    const axes = Array.from({ length: k }, (_, c) => {
      const centre = centres.subarray(c * pairs, (c + 1) * pairs);
      return centre.indexOf(Math.max(...centre));
    });
    t.is(new Set(axes).size, k);
  }
});

test('of fewer different rows than centres any are drawn', async (t) => {
  const rows = Float32Array.from({ length: 400 }, (_, at) => Number(at % 4 === (at >> 2) % 2));
  const { states } = await seeded(rows, { k: 80, dim: 4, restarts: 1 });
  t.is(new Set(textsOf(states[0]!.centres, 4)).size, 2);
});
