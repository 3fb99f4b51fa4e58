/**
 * Decodes a block of LZ4 behind what was decoded before it, to which it may refer.
 *
 * @param at Offset in `output` where it goes.
 * @returns The offset behind it.
 * @throws {Error} When it is damaged, or does not fit.
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function lz4Block(input: Uint8Array, output: Uint8Array, at: number): number {
  let from = 0;
  let to = at;
  const length = (nibble: number): number => {
    let value = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; value += more)
      more = byteAt(input, from++);
    return value;
  };
  while (from < input.length) {
    const token = input[from++]!;
    const literals = length(token >> 4);
    if (from + literals > input.length || to + literals > output.length) throw damaged();
    output.set(input.subarray(from, from + literals), to);
    [from, to] = [from + literals, to + literals];
    if (from === input.length) return to;
    const offset = byteAt(input, from) | (byteAt(input, from + 1) << 8);
    from += 2;
    const copied = length(token & 15) + 4;
    if (offset === 0 || offset > to || to + copied > output.length) throw damaged();
    if (offset >= copied) output.copyWithin(to, to - offset, to - offset + copied);
    else for (let next = to; next < to + copied; next += 1) output[next] = output[next - offset]!;
    to += copied;
  }
  return to;
}

/**
 * Decodes a frame of LZ4 of a known size.
 *
 * @throws {Error} When it is damaged, or holds another number of bytes.
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
export function lz4Frame(input: Uint8Array, bytes: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length < 7 || view.getUint32(0, true) !== 0x18_4d_22_04) throw damaged();
  const flags = input[4]!;
  const hasSize = (flags & 8) !== 0;
  const hasDictionary = (flags & 1) !== 0;
  const hasSums = (flags & 16) !== 0;
  if (flags >> 6 !== 1 || hasDictionary)
    throw new Error('its LZ4 frame is of a kind that is not read');
  const output = new Uint8Array(bytes);
  let at = 7 + (hasSize ? 8 : 0);
  let to = 0;
  for (;;) {
    if (at + 4 > input.length) throw damaged();
    const head = view.getUint32(at, true);
    at += 4;
    if (head === 0) break;
    const size = head & 0x7fff_ffff;
    const block = input.subarray(at, at + size);
    if (block.length < size) throw damaged();
    if (head === size) to = lz4Block(block, output, to);
    else {
      if (to + size > bytes) throw damaged();
      output.set(block, to);
      to += size;
    }
    at += size + (hasSums ? 4 : 0);
  }
  if (to !== bytes) throw damaged();
  return output;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw damaged();
  return value;
}

function damaged(): Error {
  return new Error('its LZ4 data are damaged');
}
