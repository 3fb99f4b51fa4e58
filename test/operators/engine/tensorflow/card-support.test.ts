import test from 'ava';
import {
  cardCode,
  cardObstacle,
  cardObstacles,
  type CardCode,
} from '../../../../operators/engine/tensorflow/card-support.ts';

const card = (capability: string | null): Parameters<typeof cardObstacle>[0] => ({
  name: 'The Card',
  capability,
  memory: null,
});

const codes: readonly (readonly [capability: string | null, code: CardCode])[] = [
  ['3.5', 'none'],
  ['5.2', 'none'],
  ['6.0', 'machine'],
  ['6.1', 'machine'],
  ['7.5', 'machine'],
  ['8.0', 'machine'],
  ['8.6', 'machine'],
  ['8.9', 'machine'],
  ['9.0', 'ptx'],
  ['10.0', 'ptx'],
  ['12.1', 'ptx'],
  [null, 'unknown'],
];

test('the libraries of TensorFlow hold code for a card by its compute capability', (t) => {
  for (const [capability, code] of codes) t.is(cardCode(card(capability)), code, `${capability}`);
});

for (const [what, capability, version, obstacle] of [
  ['an old card', '5.2', '580.65.06', /6\.0 or higher, and The Card has 5\.2.*`device: webgpu`/u],
  ['an old driver', '8.6', '470.256.02', /470\.256\.02 is too old.*525\.60\.13/u],
  ['a driver one short of it', '8.6', '525.60.11', /too old/u],
  ['an old driver, of a card that is not known', null, '470.256.02', /too old/u],
  ['a driver that cannot compile', '9.0', '550.54.14', /cannot compile.*The Card.*555\.42\.02/u],
] as const) {
  test(`a card is kept from TensorFlow by ${what}`, (t) => {
    t.regex(cardObstacle(card(capability), { version }) ?? '', obstacle);
  });
}

test('nothing keeps a card from TensorFlow whose driver is new enough, or not known', (t) => {
  for (const [capability, version] of [
    ['8.6', '525.60.13'],
    ['6.1', '1000.1'],
    ['9.0', '555.42.02'],
    ['12.0', '570.86.10'],
    ['7.0', '526'],
    ['9.0', null],
    [null, '535.104.05'],
  ] as const) {
    t.is(cardObstacle(card(capability), { version }), undefined);
  }
});

test('an obstacle of two cards is told once', (t) => {
  const cards = [card('8.6'), card('8.9')];
  const driver = { version: '510.1', hasDevices: true, complaint: null, cards };
  t.is(cardObstacles(driver).length, 1);
});
