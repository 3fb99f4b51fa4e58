import { fileURLToPath } from 'node:url';
import { testWhere } from '../helpers/test-where.ts';
import { project } from '../helpers/project.ts';
import { packedFiles } from './packed-files.ts';

const isPacked = process.platform === 'linux' && process.arch === 'x64';
const here = testWhere(isPacked ? undefined : 'it is packed for Linux on x64');

here(
  'what is carried holds threads, children, native parts, and nothing of the tools',
  async (t) => {
    const files = await packedFiles(fileURLToPath(project), ['.build/test/card/check.js']);
    for (const needed of [
      '.build/test/card/card-worker.js',
      '.build/operators/threads/worker-bootstrap.mjs',
      '.build/operators/engine/onnx/onnx-worker.js',
      '.build/operators/engine/onnx/device-trial.js',
      '.build/operators/loading/load-worker.js',
      'node_modules/rxjs/package.json',
    ]) {
      t.true(files.includes(needed), needed);
    }
    for (const part of [
      /libonnxruntime\.so/u,
      /libvips/u,
      /sharp.*\.node$/u,
      /tfjs-core\/dist\/tf-core/u,
    ]) {
      t.true(
        files.some((file) => part.test(file)),
        String(part),
      );
    }
    for (const none of [
      /\.ts$/u,
      /node_modules\/(?:ava|tsx|esbuild|typescript)\//u,
      /tfjs-node-gpu/u,
    ]) {
      t.deepEqual(
        files.filter((file) => none.test(file)),
        [],
      );
    }
  },
);
