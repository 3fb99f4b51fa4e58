import test from 'ava';
import {
  findNvidiaDriver,
  type NvidiaDriver,
} from '../../../../operators/engine/tensorflow/nvidia-driver.ts';
import { system } from '../../../helpers/fake-system.ts';

const closedModule =
  'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version:  gcc version 12.2.0\n';
const openModule =
  'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (builder)  Sun Jul 27 07:11:08 UTC 2025\n';
const information = (model: string): string =>
  `Model: \t\t ${model}\nIRQ:   \t\t 132\nGPU UUID: \t GPU-????????\nBus Type: \t PCIe\n`;
const devices = { 'dev/nvidiactl': '', 'dev/nvidia0': '' };
const proc = { 'proc/driver/nvidia/version': closedModule };
const twoCards = {
  'proc/driver/nvidia/gpus/0000:81:00.0/information': information('Tesla T4'),
  'proc/driver/nvidia/gpus/0000:01:00.0/information': information('NVIDIA GeForce RTX 3090'),
};

/** A `nvidia-smi` that prints this. */
function printing(...lines: readonly string[]): () => Promise<string> {
  return async () => `${lines.join('\n')}\n`;
}

const absent = async (): Promise<undefined> => undefined;
const never = async (): Promise<never> => {
  throw new TypeError('was started');
};
const failing = (message: string) => async (): Promise<never> => {
  throw new Error(message);
};

async function found(
  files: Readonly<Record<string, string>>,
  smi: () => Promise<string | undefined>,
): Promise<NvidiaDriver | undefined> {
  let driver: NvidiaDriver | undefined;
  await system(files, async (root) => {
    driver = await findNvidiaDriver({ root, platform: 'linux', smi });
  });
  return driver;
}

test('without an NVIDIA driver nothing is started and nothing is found', async (t) => {
  t.is(await found({ 'dev/dri/card0': '' }, never), undefined);
  await system({ ...proc, ...devices }, async (root) => {
    for (const platform of ['darwin', 'win32']) {
      t.is(await findNvidiaDriver({ root, platform, smi: never }), undefined);
    }
  });
});

test('each card is told with its capability and memory, the driver with its version', async (t) => {
  const smi = printing(
    '0, NVIDIA GeForce RTX 3090, 8.6, 535.104.05, 24576 MiB',
    '1, NVIDIA H100 80GB HBM3, 9.0, 535.104.05, 81559 MiB',
  );
  t.deepEqual(await found({ ...proc, ...devices, ...twoCards }, smi), {
    version: '535.104.05',
    hasDevices: true,
    cards: [
      { name: 'NVIDIA GeForce RTX 3090', capability: '8.6', memory: 24576 },
      { name: 'NVIDIA H100 80GB HBM3', capability: '9.0', memory: 81559 },
    ],
    complaint: null,
  });
});

test('what nvidia-smi does not know of a card is unknown', async (t) => {
  const driver = await found(
    { ...proc, ...devices },
    printing('0, NVIDIA GB10, 12.1, 580.95.05, [N/A]', '1, Tesla K40c, [Not Supported], x, 1 MiB'),
  );
  t.deepEqual(driver?.cards, [
    { name: 'NVIDIA GB10', capability: '12.1', memory: null },
    { name: 'Tesla K40c', capability: null, memory: 1 },
  ]);
});

test('without nvidia-smi the kernel module names the cards', async (t) => {
  t.deepEqual(await found({ ...proc, ...devices, ...twoCards }, absent), {
    version: '535.104.05',
    hasDevices: true,
    cards: [
      { name: 'NVIDIA GeForce RTX 3090', capability: null, memory: null },
      { name: 'Tesla T4', capability: null, memory: null },
    ],
    complaint: null,
  });
});

test('the open kernel module tells its version in other words', async (t) => {
  const files = { 'proc/driver/nvidia/version': openModule, ...devices };
  t.is((await found(files, absent))?.version, '580.65.06');
});

test('a container that shows the driver and none of its devices is known, and nothing is started', async (t) => {
  const driver = await found({ ...proc, ...twoCards }, never);
  t.like(driver, { version: '535.104.05', hasDevices: false, complaint: null });
  t.is(driver?.cards.length, 2);
});

test('WSL has its driver in a library, and the version from nvidia-smi', async (t) => {
  const files = { 'usr/lib/wsl/lib/libcuda.so.1': '' };
  const smi = printing('0, NVIDIA RTX A2000, 8.6, 552.22, 4096 MiB');
  t.like(await found(files, smi), { version: '552.22', hasDevices: true });
  t.like(await found(files, absent), { version: null, cards: [] });
});

for (const complaint of [
  'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.54',
  'Field "compute_cap" is not a valid field to query.',
]) {
  test(`the objection of nvidia-smi is kept: ${complaint.split('\n')[0]}`, async (t) => {
    const driver = await found({ ...proc, ...devices, ...twoCards }, failing(complaint));
    t.is(driver?.complaint, complaint.split('\n')[0]!);
    t.is(driver?.cards.length, 2);
  });
}
