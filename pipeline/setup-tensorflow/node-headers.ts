import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';

/**
 * Folder with the C headers of Node-API: those of the package `node-api-headers`, else those beside this Node.
 *
 * Node-API is the same for every Node since it has that version of it, so any of them is right.
 *
 * @throws {PipelineError} `ERR_CONFIG`, with the ways to get them.
 */
export function nodeHeaders(env: NodeJS.ProcessEnv): string {
  const nodedir = env['npm_config_nodedir'];
  const folders = [
    ...(nodedir === undefined ? [] : [path.join(nodedir, 'include', 'node')]),
    ...packageHeaders(),
    path.join(path.dirname(process.execPath), '..', 'include', 'node'),
    '/usr/include/node',
    '/usr/include/nodejs/src',
  ];
  const found = folders.find((folder) => existsSync(path.join(folder, 'node_api.h')));
  if (found !== undefined) return path.resolve(found);
  throw new PipelineError(
    'ERR_CONFIG',
    'There are no headers of Node (`node_api.h`) to compile with: `npm install --no-save node-api-headers` gets them, ' +
      'Debian has them in `libnode-dev`, and `npm_config_nodedir` names the folder above `include/node` elsewhere. ' +
      `Looked in ${folders.join(', ')}.`,
  );
}

function packageHeaders(): readonly string[] {
  try {
    const file = createRequire(import.meta.url).resolve('node-api-headers/package.json');
    return [path.join(path.dirname(file), 'include')];
  } catch {
    // Not installed: those of Node itself do.
    return [];
  }
}
