import { messageOf } from '../../errors.ts';
import { type FastJpeg, openFastJpeg } from './open-fast-jpeg.ts';

let opened: Promise<{ readonly fast?: FastJpeg; readonly fault?: string }> | undefined;

/** The fast decoder of this thread, opened at the first call; undefined where it cannot be, and sharp does it all. */
export async function fastJpeg(): Promise<FastJpeg | undefined> {
  return (await open()).fast;
}

/** Reason why this thread has no fast decoder, in a sentence for people; undefined where it has one. */
export async function fastJpegFault(): Promise<string | undefined> {
  return (await open()).fault;
}

function open(): NonNullable<typeof opened> {
  opened ??= openFastJpeg().then(
    (fast) => ({ fast }),
    (error: unknown) => ({
      fault: `sharp decodes all images, small JPEGs several times slower, for libjpeg-turbo does not load: ${firstLine(error)}`,
    }),
  );
  return opened;
}

/** What `require` says goes on with a list of files. */
function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0]!;
}
