// Runs the module named by the first argument inside a worker thread.
//
// Plain JavaScript on purpose: a worker does not inherit the loader hooks of the main thread, so a
// TypeScript file can only be reached through a file that Node can read by itself.
const target = process.argv[2];
if (target.endsWith('.ts')) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import(target);
