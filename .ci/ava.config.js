// Compiles sources and tests into `.build/`, then runs the tests there: each test file is a process, most have threads and
// children, and every one of these would compile for itself otherwise. Types are checked by `npm run types`.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const compiler = ['node_modules/typescript/bin/tsc', '--project', '.ci/tsconfig.test.json'];
execFileSync(process.execPath, compiler, { stdio: 'inherit' });

// What came of a source that is gone must not be found either.
for (const file of readdirSync('.build', { recursive: true })) {
  const source = file.replace(/\.map$/u, '').replace(/\.js$/u, '.ts');
  if (/js(?:\.map)?$/u.test(file) && !existsSync(source)) rmSync(path.join('.build', file));
}

// `npm test -- test/structure.test.ts` names a source; AVA reads its arguments after this.
process.argv = process.argv.map((argument) =>
  argument.replace(/^(?:\.\/)?(test(?:\/.*)?)$/u, '.build/$1').replace(/\.ts$/u, '.js'),
);

// Not the cache of whoever runs the tests, and not that of the last time.
const cache = path.resolve('.build/cache');
rmSync(cache, { recursive: true, force: true });

// AVA asks for a default export.
// oxlint-disable-next-line import/no-default-export
export default {
  files: ['.build/test/**/*.test.js', '!.build/test/bench/**'],
  // Those in `acceptance/` take longest and come first.
  sortTestFiles: (one, other) => one.localeCompare(other),
  nodeArguments: ['--import=./.ci/source-lines.js'],
  environmentVariables: { XDG_CACHE_HOME: cache },
  workerThreads: false,
  timeout: '3m',
};
