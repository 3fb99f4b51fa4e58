import test from 'ava';
import type {
  NvidiaCard,
  NvidiaDriver,
} from '../../../operators/engine/tensorflow/nvidia-driver.ts';
import { cardLines } from '../../../pipeline/parts/card-lines.ts';

const card: NvidiaCard = { name: 'NVIDIA GeForce RTX 3090', capability: '8.6', memory: 24576 };
const driver: NvidiaDriver = {
  version: '550.54.14',
  hasDevices: true,
  cards: [card],
  complaint: null,
};

test('without a driver there is nothing to say of cards', (t) => {
  t.deepEqual(cardLines(undefined), []);
});

test('a card that TensorFlow serves is told with all that is known of it', (t) => {
  t.deepEqual(cardLines(driver), [
    {
      name: 'NVIDIA card 0',
      isServed: true,
      words:
        'NVIDIA GeForce RTX 3090, 24.0 GiB, compute capability 8.6, driver 550.54.14: TensorFlow has machine code for it',
    },
  ]);
});

for (const [what, change, isServed, words] of [
  [
    'that compiles at first',
    { version: '580.65.06', cards: [{ ...card, capability: '12.0' }] },
    true,
    /compiles the kernels.*first use.*4 GiB.*ComputeCache/u,
  ],
  ['that is too old', { cards: [{ ...card, capability: '5.2' }] }, false, /6\.0 or higher/u],
  ['whose driver is too old', { version: '470.1' }, false, /too old for CUDA 12: install 525/u],
  [
    'of which little is known',
    { version: null, cards: [{ ...card, capability: null, memory: null }] },
    false,
    /^NVIDIA GeForce RTX 3090, compute capability not known, driver of unknown version: `nvidia-smi`/u,
  ],
] as const) {
  test(`a line tells of a card ${what}`, (t) => {
    const [line, ...others] = cardLines({ ...driver, ...change });
    t.is(line?.isServed, isServed);
    t.regex(line?.words ?? '', words);
    t.deepEqual(others, []);
  });
}

test('a driver that shows no card, or objects, has a line of its own', (t) => {
  t.like(cardLines({ ...driver, cards: [] }), [
    { name: 'NVIDIA driver', isServed: false, words: 'driver 550.54.14: it shows no card' },
  ]);
  const [line, one] = cardLines({ ...driver, complaint: 'Driver/library version mismatch' });
  t.is(line?.words, 'driver 550.54.14: `nvidia-smi` says: Driver/library version mismatch');
  t.is(one?.name, 'NVIDIA card 0');
});

test('cards behind a driver whose devices are hidden are served by nothing', (t) => {
  const hidden = { ...driver, hasDevices: false };
  t.like(cardLines(hidden), [{ isServed: false }]);
  t.regex(cardLines(hidden)[0]?.words ?? '', /: not visible to this process/u);
  t.regex(cardLines({ ...hidden, cards: [] })[0]?.words ?? '', /docker run --gpus all/u);
});
