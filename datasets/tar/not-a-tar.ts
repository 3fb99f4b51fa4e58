/**
 * What is found in the place of a tar archive, and the way out, by its first bytes: asked once no member was found, as any
 * bytes can be the name of one.
 *
 * @returns Undefined when they say nothing.
 */
export function otherThanTar(head: Uint8Array): string | undefined {
  const begins = Buffer.from(head.subarray(0, 8)).toString('latin1');
  const known = others.find(({ magic }) => begins.startsWith(magic));
  return known && `it is ${known.what}. ${known.wayOut}`;
}

const byRange = 'images are read from an archive by their places, which it has only when unpacked';

/** What is found in the place of a tar archive, by its first bytes. */
const others: readonly {
  readonly magic: string;
  readonly what: string;
  readonly wayOut: string;
}[] = [
  {
    magic: '\x1F\x8B',
    what: 'compressed with gzip',
    wayOut: `Unpack it with \`gunzip\`: ${byRange}`,
  },
  {
    magic: '\x28\xB5\x2F\xFD',
    what: 'compressed with zstd',
    wayOut: `Unpack it with \`unzstd\`: ${byRange}`,
  },
  { magic: 'BZh', what: 'compressed with bzip2', wayOut: `Unpack it with \`bunzip2\`: ${byRange}` },
  { magic: '\xFD7zXZ', what: 'compressed with xz', wayOut: `Unpack it with \`unxz\`: ${byRange}` },
  { magic: 'PK\x03\x04', what: 'a zip archive', wayOut: 'Unpack it and open the folder' },
  {
    magic: 'version ',
    what: 'a Git LFS pointer and no archive',
    wayOut: 'Fetch it with `git lfs pull`',
  },
  {
    magic: '<',
    what: 'an HTML or XML page, which a download gave instead of the file',
    wayOut: 'Download it again',
  },
];
