/**
 * Farthest from the middle that a value may come out: libjpeg's table of clamped values covers 512 to both sides, and a
 * little is left for rounding.
 */
const farthest = 500;

/** Most that a block may add up to, so that no sum on the way to its values needs more than 16 bits. */
const mostOfBlock = 5000;

/**
 * Tests whether every decoder makes the same values of a block. Where they would lie far outside of 0 to 255, as no
 * encoder writes them, libjpeg-turbo in plain C takes them modulo 1024, and with vector instructions the nearest. Damage
 * that hits no code leaves such blocks, and no decoder warns of them.
 *
 * A value is 1/8 of the constant part and at most 1/4 of each other part. Where that is too far, the values are worked out.
 *
 * @param block Parts of 8 × 8 cosines, in the order of the codes.
 * @param constant Its first part, without sign.
 * @param others Sum of the other parts, without signs.
 */
export function isInRange(block: Int32Array, constant: number, others: number): boolean {
  if (constant / 8 + others / 4 <= farthest) return true;
  return constant + others <= mostOfBlock && farthestValue(block) <= farthest;
}

const values = new Float64Array(64);
const columns = new Float64Array(64);

/** The value of a block that is farthest from the middle. */
function farthestValue(block: Int32Array): number {
  for (let at = 0; at < 64; at += 1) values[zigzag[at]!] = block[at]!;
  for (let at = 0; at < 64; at += 1) {
    let sum = 0;
    for (let part = 0; part < 8; part += 1) {
      sum += cosines[(at & 56) | part]! * values[8 * part + (at & 7)]!;
    }
    columns[at] = sum;
  }
  let most = 0;
  for (let at = 0; at < 64; at += 1) {
    let sum = 0;
    for (let part = 0; part < 8; part += 1) {
      sum += cosines[8 * (at & 7) + part]! * columns[(at & 56) | part]!;
    }
    most = Math.max(most, Math.abs(sum));
  }
  return most;
}

/** `[place, part]`: the cosines of the transform, each of length 1 over its places. */
const cosines = Float64Array.from({ length: 64 }, (_, at) => {
  const [place, part] = [at >> 3, at & 7];
  const scale = part === 0 ? Math.SQRT1_2 : 1;
  return (scale / 2) * Math.cos(((2 * place + 1) * part * Math.PI) / 16);
});

/** Row times 8 plus column of each part, in the order of the codes: diagonals, up and down in turns. */
const zigzag = Uint8Array.from(
  Array.from({ length: 64 }, (_, at) => at).toSorted((one, other) => rank(one) - rank(other)),
);

function rank(at: number): number {
  const [row, column] = [at >> 3, at & 7];
  const diagonal = row + column;
  return 8 * diagonal + (diagonal % 2 === 0 ? column : row);
}
