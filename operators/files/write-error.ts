import { messageOf, PipelineError } from '../errors.ts';
import { errorCode } from './system-error.ts';

/**
 * Error of a failed write: the path, the reason, and the way out.
 *
 * @param path The file or folder that was to be written, under its final name.
 * @returns `ERR_WRITE` with the system's error as cause; an error that is one already is passed through.
 */
export function writeError(path: string, cause: unknown): PipelineError {
  if (cause instanceof PipelineError) return cause;
  return new PipelineError(
    'ERR_WRITE',
    `Cannot write \`${path}\`: ${messageOf(cause)}. ${wayOut(errorCode(cause) ?? '')}`,
    { path, cause },
  );
}

function wayOut(code: string): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'Free some space there, or choose a folder on another disk, then continue the run.';
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return 'Choose a folder that this user may write to.';
    case 'ENOENT':
    case 'ENOTDIR':
      return 'The folder must exist: create it, or choose another.';
    case 'EMFILE':
    case 'ENFILE':
      return 'Raise the limit of open files (`ulimit -n`), then continue the run.';
    default:
      return 'Check the disk, then continue the run.';
  }
}
