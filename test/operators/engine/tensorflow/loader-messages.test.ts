import test from 'ava';
import { loaderMessages } from '../../../../operators/engine/tensorflow/loader-messages.ts';
import {
  cudaLibraries,
  driverOpened,
  failedInit,
  loaderOutputs,
  notFound,
  undefinedSymbol,
} from '../../../helpers/loader-output.ts';

test('libraries for the processor are told from those for CUDA', (t) => {
  const { forProcessor, ...forCuda } = loaderOutputs;
  t.deepEqual(loaderMessages(forProcessor), {
    builtForCuda: false,
    lacksCuda: false,
    complaints: [],
  });
  for (const printed of Object.values(forCuda)) t.true(loaderMessages(printed).builtForCuda);
});

test('where all is there nothing is complained of, whatever optional library is missing', (t) => {
  t.deepEqual(loaderMessages(loaderOutputs.complete).complaints, []);
  const optional = ['libcupti.so.12', 'libnccl.so.2', 'libnvshmem_host.so.3'].map((one) =>
    notFound(one),
  );
  t.deepEqual(loaderMessages(optional.join('')).complaints, []);
});

test('all CUDA libraries that are missing are named, each once', (t) => {
  const { lacksCuda, complaints } = loaderMessages(loaderOutputs.withoutCuda);
  t.true(lacksCuda);
  t.deepEqual(complaints, [`${cudaLibraries.map((one) => `\`${one}\``).join(', ')} are missing`]);
  t.deepEqual(loaderMessages(loaderOutputs.withoutCudnn).complaints, [
    '`libcudnn.so.9` is missing',
  ]);
});

test('a library that wants another one, or does not fit it, is told so', (t) => {
  t.like(loaderMessages(notFound('libcusparse.so.12', 'libnvJitLink.so.12')), {
    lacksCuda: true,
    complaints: ['`libnvJitLink.so.12`, which `libcusparse.so.12` wants, is missing'],
  });
  t.like(loaderMessages(undefinedSymbol('libcusparse.so.12', '__nvJitLinkComplete_12_4')), {
    lacksCuda: true,
    complaints: [
      '`libcusparse.so.12` does not load: /opt/libcusparse.so.12: undefined symbol: __nvJitLinkComplete_12_4',
    ],
  });
});

test('what is missing of the driver is no want of CUDA', (t) => {
  for (const [printed, library] of [
    [loaderOutputs.withoutDriver, 'libcuda.so.1'],
    [loaderOutputs.withoutNvml, 'libnvidia-ml.so.1'],
  ] as const) {
    const { lacksCuda, complaints } = loaderMessages(printed);
    t.false(lacksCuda);
    t.is(complaints.length, 1);
    t.true(complaints[0]!.startsWith(`\`${library}\` of the driver is missing`));
  }
});

test('why the driver did not start, or a card was passed over, is told in its words', (t) => {
  t.deepEqual(loaderMessages(loaderOutputs.withoutDevices).complaints, [
    'CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected',
  ]);
  const mismatch =
    'kernel version 535.104.5 does not match DSO version 550.54.14 -- cannot find working devices in this configuration';
  t.deepEqual(loaderMessages(driverOpened + failedInit('X: y') + mismatch).complaints, [
    'X: y',
    'kernel version 535.104.5 does not match DSO version 550.54.14',
  ]);
  const refused =
    'Ignoring visible gpu device (device: 0, name: Quadro M2000, pci bus id: 0000:01:00.0, compute capability: 5.2) with Cuda compute capability 5.2. The minimum required Cuda capability is 6.0.';
  t.deepEqual(loaderMessages(driverOpened + refused).complaints, [
    'it passes over Quadro M2000 with Cuda compute capability 5.2. The minimum required Cuda capability is 6.0.',
  ]);
});
