import { messageOf } from '../../operators/errors.ts';
import { errorCode } from '../../operators/files/system-error.ts';

/** Why a file could not be read, for a message that names it. */
export function fileReason(error: unknown): string {
  return (
    {
      ENOENT: 'the file is gone, or its link is broken',
      EACCES: 'permission denied',
      EPERM: 'permission denied',
    }[errorCode(error) ?? ''] ?? messageOf(error)
  );
}
