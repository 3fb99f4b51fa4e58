import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import type { ColourStep, ViewDraw } from '../../../operators/image/draw-view.ts';
import {
  javascriptViewsNote,
  openViewRenderer,
  type ViewKernel,
  viewKernelHere,
} from '../../../operators/image/view-renderer.ts';
import { normalisations } from '../../../operators/image/view-recipe.ts';
import type { RgbImage } from '../../../operators/types.ts';
import { drawnAs } from '../../helpers/drawn-as.ts';
import { programArguments } from '../../helpers/project.ts';
import { patterned, readGolden } from '../../helpers/torchvision-views.ts';
import {
  type Pixel,
  referenceBlur,
  referenceChanges,
  referenceSolarize,
  referenceView,
} from '../../helpers/view-reference.ts';

const golden = readGolden();
const kernels: readonly ViewKernel[] = ['simd', 'javascript'];
const asTheyAre = { mean: [0, 0, 0], std: [1, 1, 1] } as const;

const rendered = (
  kernel: ViewKernel,
  size: number,
  image: RgbImage,
  drawn: ViewDraw,
  normalisation: { mean: Pixel; std: Pixel } = asTheyAre,
): Float32Array => {
  const target = new Float32Array(size * size * 3);
  openViewRenderer(size, { kernel }).draw(image, [drawn], normalisation, target, 0);
  return target;
};

const dot: RgbImage = { width: 1, height: 1, data: new Uint8Array(3) };

/** Changes of colours alone: the pixels of the view are given. */
const changed = (
  kernel: ViewKernel,
  size: number,
  values: readonly number[],
  changes: Partial<ViewDraw>,
): Float32Array => {
  const target = new Float32Array(size * size * 3);
  const operations = () => (pixels: Float32Array) => pixels.set(values);
  const renderer = openViewRenderer(size, { kernel, operations });
  renderer.draw(dot, [drawnAs(dot, changes)], asTheyAre, target, 0);
  return target;
};

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let most = a.length === b.length ? 0 : Infinity;
  for (let at = 0; at < a.length; at += 1) {
    const distance = Math.abs(a[at]! - b[at]!);
    if (!(distance <= most)) most = distance;
  }
  return most;
};

const pixelsOf = (values: ArrayLike<number>): Pixel[] =>
  Array.from({ length: values.length / 3 }, (_, at) => [
    values[at * 3]!,
    values[at * 3 + 1]!,
    values[at * 3 + 2]!,
  ]);

/** Five times over: 20 pixels fill no square. The mean of them stays. */
const fiveTimes = (values: readonly number[]): number[] =>
  Array.from({ length: 5 }, () => values).flat();

for (const kernel of kernels) {
  for (const { width, height, crop, size, values } of golden.resize) {
    test(`${kernel}: ${crop.width} × ${crop.height} to ${size} equals torchvision`, (t) => {
      const image = patterned(width, height);
      const view = rendered(kernel, size, image, drawnAs(image, { crop }));
      // Weights and sums of float32, of values in 0 to 1.
      t.true(farthest(view, values) < 2 ** -22);
    });
  }

  for (const { kind, amount, values } of golden.colour) {
    test(`${kernel}: ${kind} of ${amount} equals torchvision`, (t) => {
      const view = changed(kernel, 10, fiveTimes(golden.input), { colours: [{ kind, amount }] });
      t.true(farthest(view, fiveTimes(values)) < 1e-6);
    });
  }

  test(`${kernel}: greyscale equals torchvision`, (t) => {
    const view = changed(kernel, 10, fiveTimes(golden.input), { grayscale: true });
    t.true(farthest(view, fiveTimes(golden.grayscale)) < 2e-7);
  });

  for (const { sigma, radius, values } of golden.blur) {
    test(`${kernel}: a blur of ${sigma} cut at ${radius} equals torchvision`, (t) => {
      const image = patterned(7, 7);
      const view = rendered(kernel, 7, image, drawnAs(image, { blur: { sigma, radius } }));
      t.true(farthest(view, values) < 3e-7);
    });
  }

  for (const { threshold, values } of golden.solarize) {
    test(`${kernel}: solarized from ${threshold} on equals torchvision`, (t) => {
      const image = patterned(7, 7);
      const view = rendered(kernel, 7, image, drawnAs(image, { solarize: threshold }));
      t.true(farthest(view, values) < 2e-7);
    });
  }
}

test('the reference blurs and solarizes as torchvision does', (t) => {
  const pixels = pixelsOf([...patterned(7, 7).data].map((value) => value / 255));
  // The golden values have 8 decimals.
  for (const { values, ...blur } of golden.blur) {
    t.true(farthest(referenceBlur(pixels, 7, blur).flat(), values) < 1e-8);
  }
  for (const { threshold, values } of golden.solarize) {
    t.true(farthest(referenceSolarize(pixels, threshold).flat(), values) < 1e-8);
  }
});

const kinds = ['brightness', 'contrast', 'saturation', 'hue'] as const;

/** All 24 orders of the four changes. */
const orders = kinds.flatMap((a) =>
  kinds.flatMap((b) =>
    kinds.flatMap((c) =>
      kinds.map((d) => [a, b, c, d]).filter((order) => new Set(order).size === 4),
    ),
  ),
);

/** Bytes, as in images, so that ties and extremes occur; and everything between. */
const unit = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((value) => value / 255),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const factor = fc.double({ min: 0, max: 2, noNaN: true });
const amounts = fc.record<Record<ColourStep['kind'], number>>({
  brightness: factor,
  contrast: factor,
  saturation: factor,
  hue: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
});

for (const kernel of kernels) {
  test(`${kernel}: every order of the four changes equals the reference`, (t) => {
    t.is(orders.length, 24);
    for (const order of orders) {
      fc.assert(
        fc.property(
          fc
            .integer({ min: 1, max: 6 })
            .chain((size) =>
              fc.tuple(
                fc.constant(size),
                fc.array(unit, { minLength: size * size * 3, maxLength: size * size * 3 }),
              ),
            ),
          amounts,
          fc.boolean(),
          ([size, values], amount, grayscale) => {
            const colours = order.map((kind) => ({ kind, amount: amount[kind] }));
            const changes = { operations: [], colours, grayscale, blur: null, solarize: null };
            const start = pixelsOf(values.map(Math.fround));
            const expected = referenceChanges(start, changes, asTheyAre, size);
            // Four roundings to float32, each multiplied by at most 2 per later step. A hue moves a channel by less than
            // six times the change of the others.
            return farthest(changed(kernel, size, values, changes), expected) < 1e-5;
          },
        ),
        { numRuns: 12, seed: 5 },
      );
    }
  });

  test(`${kernel}: any view of any image equals the reference`, (t) => {
    fc.assert(
      fc.property(anyView(), ({ image, size, drawn }) => {
        const view = rendered(kernel, size, image, drawn, normalisations.neutral);
        return isNearReference(view, image, drawn, size);
      }),
      { numRuns: 120, seed: 17 },
    );
    t.pass();
  });
}

function anyView(): fc.Arbitrary<{ image: RgbImage; size: number; drawn: ViewDraw }> {
  const dimension = fc.integer({ min: 1, max: 40 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const blur = fc.record({
    sigma: fc.double({ min: 0.1, max: 3, noNaN: true }),
    radius: fc.integer({ min: 1, max: 9 }),
  });
  return fc
    .record({
      width: dimension,
      height: dimension,
      size: fc.integer({ min: 1, max: 14 }),
      shares: fc.tuple(share, share, share, share),
      flip: fc.boolean(),
      order: fc.subarray(orders, { minLength: 1, maxLength: 1 }),
      amount: amounts,
      count: fc.integer({ min: 0, max: 4 }),
      grayscale: fc.boolean(),
      blur: fc.option(blur, { nil: null }),
      solarize: fc.option(share, { nil: null }),
    })
    .map(({ width, height, size, shares: [a, b, c, d], order, amount, count, ...rest }) => {
      const image = patterned(width, height);
      const w = 1 + Math.floor(a * (width - 1));
      const h = 1 + Math.floor(b * (height - 1));
      const [left, top] = [Math.floor(c * (width - w)), Math.floor(d * (height - h))];
      const colours = order[0]!.slice(0, count).map((kind) => ({ kind, amount: amount[kind] }));
      const drawn = {
        ...rest,
        crop: { left, top, width: w, height: h },
        operations: [],
        colours,
      };
      return { image, size, drawn };
    });
}

/** Where a value meets the threshold, rounding decides on which side it is. */
function isNearReference(
  view: Float32Array,
  image: RgbImage,
  drawn: ViewDraw,
  size: number,
): boolean {
  const { solarize } = drawn;
  const around = solarize === null ? [null] : [solarize - 1e-5, solarize + 1e-5];
  const expected = around.map((threshold) =>
    referenceView(image, { ...drawn, solarize: threshold }, normalisations.neutral, size),
  );
  // 1e-5 of above, over a standard deviation of 0.25.
  return view.every((value, at) => expected.some((values) => Math.abs(values[at]! - value) < 4e-5));
}

test('SIMD and JavaScript differ by rounding alone', (t) => {
  const image = patterned(61, 47);
  const colours = [
    { kind: 'saturation', amount: 1.4 },
    { kind: 'contrast', amount: 0.7 },
    { kind: 'hue', amount: -0.1 },
    { kind: 'brightness', amount: 1.2 },
  ] as const;
  const crop = { left: 3, top: 5, width: 50, height: 41 };
  for (const size of [1, 2, 3, 4, 5, 31, 32, 33]) {
    for (const blur of [null, { sigma: 1, radius: 2 }]) {
      const drawn = drawnAs(image, { crop, flip: true, colours, blur });
      const [simd, javascript] = kernels.map((kernel) => rendered(kernel, size, image, drawn));
      t.true(farthest(simd!, javascript!) < 2e-6, `${size}`);
    }
  }
});

for (const kernel of kernels) {
  test(`${kernel}: thousands of pixels that become few keep their mean`, (t) => {
    const image = patterned(1500, 300);
    const drawn = drawnAs(image, {});
    // Sums of a thousand float32 of one sign, each rounded.
    t.true(
      farthest(rendered(kernel, 2, image, drawn), rendered('javascript', 2, image, drawn)) < 1e-5,
    );
    const grey = { width: 1500, height: 300, data: image.data.slice().fill(200) };
    const view = rendered(kernel, 3, grey, drawn);
    t.true(farthest(view, view.slice().fill(200 / 255)) < 1e-5);
  });

  test(`${kernel}: views drawn together are those drawn alone, into shared memory too`, (t) => {
    const image = patterned(23, 19);
    const colours = [{ kind: 'contrast', amount: 0.5 }] as const;
    const several = [
      drawnAs(image, { colours, crop: { left: 2, top: 7, width: 20, height: 3 } }),
      drawnAs(image, { blur: { sigma: 1, radius: 12 }, flip: true }),
      drawnAs(image, { crop: { left: 22, top: 18, width: 1, height: 1 } }),
      drawnAs(image, { solarize: 0.5 }),
    ];
    const length = 5 * 5 * 3;
    const shared = new Float32Array(new SharedArrayBuffer((several.length + 2) * length * 4));
    shared.fill(-9);
    openViewRenderer(5, { kernel }).draw(image, several, asTheyAre, shared, length);
    for (const [at, drawn] of several.entries()) {
      const view = shared.slice((at + 1) * length, (at + 2) * length);
      t.deepEqual([...view], [...rendered(kernel, 5, image, drawn)]);
    }
    const around = [...shared.slice(0, length), ...shared.slice(-length)];
    t.true(around.every((value) => value === -9));
  });

  test(`${kernel}: operations see the resized view, mirrored, and colours change what they leave`, (t) => {
    const image = patterned(5, 5);
    const drawn = drawnAs(image, { flip: true, colours: [{ kind: 'brightness', amount: 0.5 }] });
    const seen: number[][] = [];
    const target = new Float32Array(75);
    const operations = (given: ViewDraw) => (pixels: Float32Array, size: number) => {
      t.is(given, drawn);
      t.is(size, 5);
      seen.push([...pixels]);
      pixels.fill(0.5);
    };
    openViewRenderer(5, { kernel, operations }).draw(image, [drawn], asTheyAre, target, 0);
    t.deepEqual(seen, [[...rendered(kernel, 5, image, { ...drawn, colours: [] })]]);
    t.true(target.every((value) => value === 0.25));
  });

  test(`${kernel}: operations that were drawn are applied to the resized view`, (t) => {
    const image = patterned(4, 4);
    const plain = rendered(kernel, 4, image, drawnAs(image, {}));
    const operations = [{ kind: 'solarize', amount: 0 }] as const;
    const inverted = rendered(kernel, 4, image, drawnAs(image, { operations }));
    t.true(
      farthest(
        inverted,
        plain.map((value) => 1 - value),
      ) < 2e-7,
    );
  });

  test(`${kernel}: refuses what does not fit together`, (t) => {
    const renderer = openViewRenderer(4, { kernel });
    const image = patterned(6, 5);
    const target = new Float32Array(48);
    const draw = (drawn: ViewDraw, offset: number) => () =>
      renderer.draw(image, [drawn], asTheyAre, target, offset);
    const outside = drawnAs(image, { crop: { left: 3, top: 0, width: 4, height: 5 } });
    t.throws(draw(outside, 0), { instanceOf: RangeError, message: /6 × 5 .* 4 × 5 at 3, 0/u });
    t.throws(draw(drawnAs(image, {}), 1), { instanceOf: RangeError, message: /48 values from 1/u });
    const part = drawnAs(image, { crop: { left: 0, top: 0.5, width: 4, height: 4 } });
    t.throws(draw(part, 0), { instanceOf: RangeError, message: /whole pixels/u });
    for (const blur of [
      { sigma: 0, radius: 1 },
      { sigma: 1, radius: 0.5 },
    ]) {
      t.throws(draw(drawnAs(image, { blur }), 0), { instanceOf: RangeError, message: /a blur/u });
    }
    t.throws(
      () => renderer.draw({ ...image, width: 7 }, [drawnAs(image, {})], asTheyAre, target, 0),
      { instanceOf: RangeError, message: /105 bytes, got 90/u },
    );
    renderer.draw(image, [], asTheyAre, target, 0);
    t.true(target.every((value) => value === 0));
  });
}

test('what the memory of the kernel held before does not matter', (t) => {
  const image = patterned(33, 21);
  const colours = [
    { kind: 'contrast', amount: 1.3 },
    { kind: 'hue', amount: 0.2 },
  ] as const;
  const drawn = [1, 2, 3].map((radius) =>
    drawnAs(image, { colours, blur: { sigma: radius / 2, radius } }),
  );
  const view = (size: number): number[] => {
    const target = new Float32Array(drawn.length * size * size * 3);
    openViewRenderer(size, { kernel: 'simd' }).draw(image, drawn, asTheyAre, target, 0);
    return [...target];
  };
  for (const size of [1, 6, 9, 40]) {
    const before = view(size);
    for (const byte of [0xff, 0x7f, 0x01]) {
      spoilMemory(byte);
      t.deepEqual(view(size), before, `${size}, ${byte}`);
    }
  }
});

/** Fills all of the memory that the next view will be made in. */
function spoilMemory(byte: number): void {
  const operations = () => (pixels: Float32Array) => void new Uint8Array(pixels.buffer).fill(byte);
  const renderer = openViewRenderer(1, { kernel: 'simd', operations });
  renderer.draw(dot, [drawnAs(dot, {})], asTheyAre, new Float32Array(3), 0);
}

test('the memory of a huge image is given back', (t) => {
  const sizes: number[] = [];
  const operations = () => (pixels: Float32Array) => void sizes.push(pixels.buffer.byteLength);
  const renderer = openViewRenderer(2, { kernel: 'simd', operations });
  const huge = { width: 5000, height: 5000, data: new Uint8Array(5000 * 5000 * 3) };
  for (const image of [huge, dot]) {
    renderer.draw(image, [drawnAs(image, {})], asTheyAre, new Float32Array(12), 0);
  }
  t.true(sizes[0]! > 75e6 && sizes[1]! < 1e6, sizes.join());
});

test('an image that does not fit into WebAssembly is refused, and the next one is not', (t) => {
  const renderer = openViewRenderer(2, { kernel: 'simd' });
  // Its pixels are never looked at.
  const data = { length: 65_535 * 65_535 * 3 } as Uint8Array;
  const image = { width: 65_535, height: 65_535, data };
  const target = new Float32Array(12);
  t.throws(() => renderer.draw(image, [drawnAs(image, {})], asTheyAre, target, 0), {
    instanceOf: RangeError,
    message: /65535 × 65535 .* 4 GiB .*`maxPixels`/u,
  });
  const blur = { sigma: 1, radius: 2 ** 29 };
  t.throws(() => renderer.draw(dot, [drawnAs(dot, { blur })], asTheyAre, target, 0), {
    message: /4 GiB/u,
  });
  renderer.draw(dot, [drawnAs(dot, { solarize: 0 })], asTheyAre, target, 0);
  t.true(target.every((value) => value === 1));
});

/** A view made by a process of its own. */
const elsewhere = async (
  ...flags: readonly string[]
): Promise<{ kernel: string; view: number[] }> => {
  const program = programArguments(new URL('../../fixtures/print-view.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, ...program]);
  return JSON.parse(stdout) as { kernel: string; view: number[] };
};

test('a view is the same bits with and without AVX, and whichever compiler of V8 made its code', async (t) => {
  const here = await elsewhere();
  t.is(here.kernel, 'simd');
  t.deepEqual(await elsewhere('--liftoff', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'), here);
  t.deepEqual(await elsewhere('--no-liftoff', '--no-enable-avx', '--no-enable-fma3'), here);
});

test('without WebAssembly views are made in JavaScript, and there are words for it', async (t) => {
  t.is(viewKernelHere(), 'simd');
  const [here, without] = await Promise.all([elsewhere(), elsewhere('--jitless')]);
  t.is(without.kernel, 'javascript');
  t.true(farthest(here.view, without.view) < 1e-5);
  t.regex(javascriptViewsNote, /has no SIMD: views are made in JavaScript/u);
});
