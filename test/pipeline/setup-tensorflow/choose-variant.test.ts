import test from 'ava';
import type {
  NvidiaCard,
  NvidiaDriver,
} from '../../../operators/engine/tensorflow/nvidia-driver.ts';
import { chooseVariant, cudaObstacle } from '../../../pipeline/setup-tensorflow/choose-variant.ts';

const ampere: NvidiaCard = { name: 'NVIDIA A10', capability: '8.6', memory: 24_576 };
const kepler: NvidiaCard = { name: 'Tesla K80', capability: '3.7', memory: 12_288 };
const driver = (more: Partial<NvidiaDriver> = {}): NvidiaDriver => ({
  version: '550.54.14',
  hasDevices: true,
  cards: [ampere],
  complaint: null,
  ...more,
});

const nothing = { asked: undefined, before: undefined, given: new Map() } as const;

test('libraries for CUDA are chosen where this process sees a card that they have code for', async (t) => {
  const on = async (found: NvidiaDriver | undefined, machine: 'x64' | 'arm64' = 'x64') =>
    await chooseVariant({ ...nothing, obstacle: async () => cudaObstacle(found, machine) });

  t.is((await on(driver())).variant, 'cuda');
  // `nvidia-smi` may be missing, or too old to tell.
  t.is((await on(driver({ cards: [] }))).variant, 'cuda');
  t.is((await on(driver({ cards: [kepler, ampere] }))).variant, 'cuda');

  const none = await on(undefined);
  t.deepEqual(none, { variant: 'cpu', because: 'there is no driver of an NVIDIA card' });
  t.regex((await on(driver({ hasDevices: false }))).because!, /none of the devices .* --gpus all/u);
  t.regex((await on(driver({ cards: [kepler] }))).because!, /Tesla K80 has 3\.7/u);
  t.regex((await on(driver(), 'arm64')).because!, /^TensorFlow for `arm64`/u);
});

test('no card is looked for where an option or an earlier setup says the variant', async (t) => {
  const obstacle = async (): Promise<never> => t.fail('asked');
  const asked = await chooseVariant({ ...nothing, asked: 'cpu', before: 'cuda', obstacle });
  t.deepEqual(asked, { variant: 'cpu', because: undefined });
  const before = await chooseVariant({ ...nothing, before: 'cuda', obstacle });
  t.deepEqual(before, { variant: 'cuda', because: undefined });
});
