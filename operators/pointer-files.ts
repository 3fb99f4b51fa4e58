import { ascii } from './file-signature.ts';

/** A file in the place of an image. */
export interface PointerFile {
  /** Follows "it is". */
  readonly name: string;
  /** Fetches the image. */
  readonly command: string;
  readonly matches: (bytes: Uint8Array) => boolean;
}

/** Files that stand for an image which is elsewhere, and the commands that fetch it. */
export const pointerFiles: readonly PointerFile[] = [
  {
    name: 'a Git LFS pointer',
    command: 'git lfs pull',
    matches: (bytes) => ascii(bytes, 0, 24) === 'version https://git-lfs.',
  },
  {
    name: 'a git-annex pointer',
    command: 'git annex get',
    matches: (bytes) => /^(?:\.\.\/)*(?:\.git)?\/annex\/objects\//u.test(ascii(bytes, 0, 200)),
  },
];

/** The kind of pointer that a file is, by its first bytes; undefined when it is none. */
export function pointerFile(bytes: Uint8Array): PointerFile | undefined {
  return pointerFiles.find(({ matches }) => matches(bytes));
}
