/** Pixels as a reader of ours takes them from a file: 8 bits a channel, not yet turned, shrunk or laid on white. */
export interface RawPixels {
  /** In pixels, 1 or more. */
  readonly width: number;
  /** In pixels, 1 or more. */
  readonly height: number;
  /** Three of red, green and blue; four with opacity. */
  readonly channels: 3 | 4;
  /** `[height, width, channels]`. */
  readonly data: Uint8Array;
}

/** A check of the size that a header states, before memory is taken for it. It throws when there are too many pixels. */
export type SizeCheck = (width: number, height: number) => void;

/** The reason why a file is not read; a function of its bytes. */
export class UnreadableFile extends Error {}

/** @throws {UnreadableFile} With this reason, unless the condition holds. */
export function readable(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new UnreadableFile(reason);
}

/** The reason of a file whose pixels are not all there. */
export const cutShort = 'the file ends before its last pixel';
