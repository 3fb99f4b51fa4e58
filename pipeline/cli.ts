import { commandLine } from './commands/program.ts';

// What reads our output may leave early, as `head` does; that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Not `process.exit`: what was written is still on its way, and everything that was opened is closed.
process.exitCode = await commandLine(process.argv.slice(2), process);
