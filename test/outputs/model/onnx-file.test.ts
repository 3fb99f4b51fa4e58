import fs from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { openModelSession } from '../../../operators/engine/onnx/model-session.ts';
import { loadRuntime } from '../../../operators/onnx/runtime.ts';
import { identifyOnnxFile } from '../../../outputs/model/onnx-file.ts';
import { inspectPath } from '../../../outputs/inspect/inspect-path.ts';
import {
  colourModel,
  colourSide,
  colourWeights,
  constant,
  externalConstant,
  graphOf,
  modelOf,
  node,
  port,
} from '../../helpers/onnx-models.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const weightBytes = new Uint8Array(colourWeights.buffer);

type Place = Readonly<Record<string, string>>;

/** A folder with a model, its weights in `w.bin` or wherever it says, and other files. */
async function modelIn(
  t: ExecutionContext,
  place: Place,
  files: Readonly<Record<string, Uint8Array | string>> = { 'w.bin': weightBytes },
): Promise<string> {
  const folder = await temporaryFolder(t);
  const model = path.join(folder, 'net', 'model.onnx');
  for (const [name, bytes] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(folder, 'net', name)), { recursive: true });
    await fs.writeFile(path.join(folder, 'net', name), bytes);
  }
  await fs.mkdir(path.dirname(model), { recursive: true });
  await fs.writeFile(model, colourModel({ weights: externalConstant('w', [3, 4], place) }));
  return model;
}

const whole: Place = { location: 'w.bin', offset: '0', length: '48' };

test('weights of another file are found beside the model, and belong to what it is', async (t) => {
  const model = await modelIn(t, whole);
  const { hash, external } = await identifyOnnxFile(model);
  const file = path.join(path.dirname(model), 'w.bin');
  t.deepEqual(external, [
    { location: 'w.bin', path: file, bytes: 48, tensors: 1, values: 12, problems: [] },
  ]);
  await fs.writeFile(
    file,
    weightBytes.map((byte, at) => (at === 7 ? byte ^ 1 : byte)),
  );
  t.not((await identifyOnnxFile(model)).hash, hash);
});

test('a model is run with the weights beside it, wherever the process was started', async (t) => {
  const runtime = await loadRuntime();
  const shape = { rows: 2, imageSize: colourSide, device: 'cpu', threads: 1 } as const;
  const pixels = Float32Array.from({ length: 2 * 3 * colourSide ** 2 }, (_, at) => Math.cos(at));
  const embeddings = [];
  for (const model of [await modelIn(t, whole), colourModel()]) {
    const session = await openModelSession(runtime, { spec: { model }, ...shape });
    embeddings.push((await session.encode(pixels.slice())).embedding);
    await session.release();
  }
  t.deepEqual(embeddings[0], embeddings[1]);
});

const refusals: readonly (readonly [string, Place, RegExp])[] = [
  ['that is missing', { location: 'gone.bin' }, /`\/.*\/net\/gone\.bin`, which .* is not there/],
  [
    'that is too short',
    { ...whole, offset: '40' },
    /`\/.*\/net\/w\.bin` is too short: it has 48 bytes, and `w` of `.*` ends at byte 88/,
  ],
  ['too short without a length', { location: 'w.bin', offset: '4' }, /ends at byte 52/],
  ['one folder up', { location: '../w.bin' }, /outside of its folder/],
  ['up through another', { location: 'a/../../w.bin' }, /outside of its folder/],
  ['at an absolute path', { location: '/etc/hostname' }, /`\/etc\/hostname`, which is an absolute/],
  ['at a path of Windows', { location: String.raw`C:\w.bin` }, /which is an absolute path/],
  [
    'at a relative path of Windows',
    { location: String.raw`.\w.bin` },
    /a path of Windows, and `\.\/w\.bin` is there; save the model again with that path/,
  ],
  ['that is the folder', { location: '.' }, /outside of its folder/],
  ['that is a folder', { location: 'inner' }, /inner`, .* is no file/],
  ['without a name', { offset: '0' }, /a name that is empty/],
  ['before its start', { ...whole, offset: '-4' }, /its offset is `-4`, not a number of bytes/],
  ['at no number', { ...whole, length: '0x30' }, /its length is `0x30`/],
  ['of another length', { ...whole, length: '44' }, /takes 48 bytes .* by its shape, and 44/],
  ['through a link out of the folder', { location: 'link.bin' }, /a link to `.*outside\.bin`/],
];

for (const [what, place, message] of refusals) {
  test(`refuses weights ${what}, and inspect tells the same`, async (t) => {
    const model = await modelIn(t, place, { 'w.bin': weightBytes, 'inner/x': '' });
    const outside = path.join(path.dirname(model), '..', 'outside.bin');
    await fs.writeFile(outside, weightBytes);
    await fs.symlink(outside, path.join(path.dirname(model), 'link.bin'));
    await t.throwsAsync(identifyOnnxFile(model), { code: 'ERR_FORMAT', message });
    const { problems } = await inspectPath(model);
    t.is(problems.length, 1);
    t.regex(problems[0]!, message);
  });
}

test('links into the folder of the model itself are followed, as in caches', async (t) => {
  const blobs = await modelIn(t, { location: 'model.onnx_data' }, { blob: weightBytes });
  const snapshot = path.join(path.dirname(blobs), '..', 'snapshot');
  await fs.mkdir(snapshot);
  await fs.symlink(blobs, path.join(snapshot, 'model.onnx'));
  await fs.symlink(path.join(path.dirname(blobs), 'blob'), path.join(snapshot, 'model.onnx_data'));
  const { external } = await identifyOnnxFile(path.join(snapshot, 'model.onnx'));
  t.is(external[0]?.bytes, 48);
});

test('weights are found wherever a model may hold them', async (t) => {
  const folder = await temporaryFolder(t);
  const place = (name: string) => externalConstant(name, [2], { location: `${name}.bin` });
  const inner = graphOf({
    nodes: [node('Constant', [], 'k', { value: { tensor: place('attribute') } })],
    constants: [place('branch')],
    outputs: [port('k', [2])],
  });
  const file = modelOf({
    nodes: [node('If', ['c'], 'y', { then_branch: { graph: inner } })],
    constants: [place('graph'), constant('inside', [1], Float32Array.of(1))],
    outputs: [port('y', [2])],
  });
  const model = path.join(folder, 'model.onnx');
  await fs.writeFile(model, file);
  const { tables, problems } = await inspectPath(model);
  const external = tables.find(({ title }) => title === 'external data')?.records;
  t.deepEqual(
    external?.map(({ file, there, values }) => [file, there, values]),
    ['attribute.bin', 'branch.bin', 'graph.bin'].map((name) => [name, false, 2]),
  );
  t.is(problems.length, 3);
});

const safetensors = Buffer.from('\x30\0\0\0\0\0\0\0{"w":{"dtype":"F32"}}', 'latin1');
const others: readonly (readonly [string, Uint8Array | string, RegExp])[] = [
  ['nothing', '', /an empty file/],
  [
    'a pointer of Git LFS',
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    /a Git LFS pointer, .* file of 12,345 bytes itself: fetch it with `git lfs pull`/,
  ],
  ['a page', '\n<!DOCTYPE html><html>404', /an HTML page/],
  ['an answer of a server', '<?xml version="1.0"?><Error/>', /an XML file/],
  ['JSON', '{"error":"not found"}', /a JSON file/],
  ['safetensors', safetensors, /weights in safetensors, .*: export the model to ONNX/],
  ['weights of PyTorch', 'PK\x03\x04....archive/data.pkl', /a file of PyTorch/],
  ['a zip archive', 'PK\x03\x04....model.onnx', /a zip archive: unpack it/],
  ['a pickle', Uint8Array.of(0x80, 2, 0x8a, 10), /a pickle of Python/],
  ['gzip', gzipSync('model'), /a gzip archive/],
  ['TensorFlow Lite', '\x1c\0\0\0TFL3\0\0', /a model of TensorFlow Lite/],
  ['the ORT format', '\x1c\0\0\0ORTM\0\0', /the ORT format/],
  ['HDF5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), /an HDF5 file/],
  ['a message without a graph', Uint8Array.of(8, 8), /it has no graph/],
  ['text', 'hello', /damaged or no ONNX model/],
  ['a cut file', colourModel().subarray(0, 150), /cut short: .* bytes, and it has 150/],
  ['a file cut in a length', colourModel().subarray(0, 9), /cut short/],
];

for (const [what, bytes, message] of others) {
  test(`${what} under the name of a model is named as what it is`, async (t) => {
    const file = path.join(await temporaryFolder(t), 'model.onnx');
    await fs.writeFile(file, bytes);
    for (const reading of [identifyOnnxFile(file), inspectPath(file)]) {
      const error = await t.throwsAsync(reading, { code: 'ERR_FORMAT', message });
      t.true(error.message.includes(file));
    }
  });
}

test('what is no file is named as what it is', async (t) => {
  const folder = await temporaryFolder(t);
  const model = path.join(folder, 'model.onnx');
  await t.throwsAsync(identifyOnnxFile(model), { message: /There is no `.*`: check the path/ });
  await fs.mkdir(model);
  await t.throwsAsync(identifyOnnxFile(model), { message: /it is a folder; give the model in it/ });
});

for (const name of ['weights.safetensors', 'part.arrow', 'unknown.bin']) {
  test(`inspect names a pointer of Git LFS under the name ${name}`, async (t) => {
    const file = path.join(await temporaryFolder(t), name);
    await fs.writeFile(file, 'version https://git-lfs.github.com/spec/v1\nsize 12345\n');
    await t.throwsAsync(inspectPath(file), {
      code: 'ERR_FORMAT',
      message: /a Git LFS pointer, .* 12,345 bytes/,
    });
  });
}

test('any damaged model is an error with a name, or is read', async (t) => {
  const file = path.join(await temporaryFolder(t), 'model.onnx');
  const model = colourModel({ weights: externalConstant('w', [3, 4], whole) });
  let random = 7;
  const next = (below: number): number => {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((random / 2 ** 31) * below);
  };
  for (let trial = 0; trial < 200; trial += 1) {
    const damaged = model.slice(0, next(4) === 0 ? next(model.length) : model.length);
    for (let at = 0; at < 3; at += 1) damaged[next(damaged.length)] = next(256);
    await fs.writeFile(file, damaged);
    await t.notThrowsAsync(
      inspectPath(file).catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== 'PipelineError') throw error;
      }),
      `trial ${trial}`,
    );
  }
});
