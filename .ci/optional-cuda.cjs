// Runs when the package is installed, before the scripts that `onnxruntime-node` runs after its own installation.
//
// On linux-x64 that package downloads a CUDA provider of some 300 MB, and where the download cannot be reached the whole
// `npm install` fails, although the processor needs nothing of it. This lets the download fail with a line instead. A
// download that was asked for by name (`ONNXRUNTIME_NODE_INSTALL=cuda12`) fails as before.
'use strict';
const { existsSync, renameSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const wrapper = `// Written by sincere-embeddings: see .ci/optional-cuda.cjs there.
'use strict';
const { spawnSync } = require('node:child_process');
const asked = process.env.ONNXRUNTIME_NODE_INSTALL ?? process.env.npm_config_onnxruntime_node_install;
const words = [require.resolve('./install-original.js'), ...process.argv.slice(2)];
const stdio = asked === undefined ? 'ignore' : 'inherit';
const { status } = spawnSync(process.execPath, words, { stdio });
if (status !== 0 && asked === undefined) {
  console.log('onnxruntime-node: no CUDA provider, because its download failed; the processor needs none');
}
process.exitCode = asked === undefined ? 0 : (status ?? 1);
`;

function makeOptional() {
  const script = path.join(
    path.dirname(require.resolve('onnxruntime-node/package.json')),
    'script',
    'install.js',
  );
  const original = path.join(path.dirname(script), 'install-original.js');
  if (existsSync(original)) return;
  renameSync(script, original);
  writeFileSync(script, wrapper);
}

// In a checkout the lock file already says that this script is not to run.
if (path.basename(path.dirname(path.join(__dirname, '..'))) === 'node_modules') {
  try {
    makeOptional();
  } catch (error) {
    // Whatever keeps it from being written, the installation goes on as it would without.
    console.log(`sincere-embeddings: cannot make the CUDA download optional: ${error.message}`);
  }
}
