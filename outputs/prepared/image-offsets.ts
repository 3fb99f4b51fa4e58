import { PipelineError } from '../../operators/errors.ts';
import { readArrowMessage } from '../../operators/arrow/arrow-messages.ts';
import { openFileWindow } from '../../operators/files/file-window.ts';
import { imageBuffer } from './prepared-schema.ts';

// Magic and padding.
const headBytes = 8;

/**
 * Offsets in the file of the first byte of the images of each record batch of a part, by the headers of its messages; no
 * pixel is read.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the file is not what was written just now.
 */
export async function imageOffsets(file: string): Promise<number[]> {
  const window = await openFileWindow(file);
  try {
    const offsets: number[] = [];
    let position = headBytes;
    for (;;) {
      const message = await readArrowMessage(window, position);
      if (message === 'end') return offsets;
      const buffer =
        message !== 'cut' && message.kind === 'batch'
          ? message.layout.buffers[imageBuffer]
          : undefined;
      if (message === 'cut' || (message.kind === 'batch' && buffer === undefined)) {
        throw new PipelineError('ERR_FORMAT', `\`${file}\` was changed while it was written`, {
          path: file,
        });
      }
      if (buffer !== undefined) offsets.push(message.end - message.bodyBytes + buffer.offset);
      position = message.end;
    }
  } finally {
    await window.close();
  }
}
