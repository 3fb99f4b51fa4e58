/** Pseudo-random number generator, reproducible on every machine. */
export interface Random {
  /** Uniform 32-bit unsigned integer. */
  uint32(): number;
  /** Uniform in [0, 1), multiples of 2⁻³². */
  uniform(): number;
  /** Uniform integer in [0, `limit`), without modulo bias. `limit` is an integer from 1 to 2³². */
  below(limit: number): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * Seeded xoshiro128** generator: its whole sequence is a function of `keys`.
 *
 * Keys are hashed one by one (so `['a', 1]` and `['a1']` differ) into the 128-bit state of xoshiro128**
 * (Blackman and Vigna, 2018). Give every use its own first key, such as `'view'` or `'plan'`.
 */
export function seededRandom(...keys: readonly (string | number)[]): Random {
  const hash = hashKeys(keys);
  let [a, b, c, d] = [hash(), hash(), hash(), hash() | 1];
  const uint32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result;
  };
  const uniform = (): number => uint32() / 2 ** 32;
  return {
    uint32,
    uniform,
    below(limit) {
      // Values from the last, incomplete multiple of `limit` would favour small results.
      const end = 2 ** 32 - (2 ** 32 % limit);
      let value = uint32();
      while (value >= end) value = uint32();
      return value % limit;
    },
    normal() {
      // Box and Muller; 1 - uniform() is in (0, 1], so the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      return radius * Math.cos(2 * Math.PI * uniform());
    },
  };
}

/**
 * Beta(`alpha`, `alpha`), 0 to 1: `X / (X + Y)` of two gamma variates, in logarithms, because those of a small `alpha` underflow.
 *
 * @see Marsaglia and Tsang, A simple method for generating gamma variables, 2000.
 */
export function beta(random: Random, alpha: number): number {
  const [x, y] = [logGamma(random, alpha), logGamma(random, alpha)];
  return 1 / (1 + Math.exp(y - x));
}

/** Logarithm of a gamma variate of shape `alpha` and scale 1. */
function logGamma(random: Random, alpha: number): number {
  // Of shape α + 1, times the α-th root of a uniform variate: the method asks for at least 1.
  const d = alpha + 1 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal();
    const cubed = (1 + c * normal) ** 3;
    const uniform = 1 - random.uniform();
    if (cubed <= 0) continue;
    const bound = normal ** 2 / 2 + d - d * cubed + d * Math.log(cubed);
    if (Math.log(uniform) < bound) {
      return Math.log(d * cubed) + Math.log(1 - random.uniform()) / alpha;
    }
  }
}

/** A seeded permutation of `0 … count - 1` (Fisher and Yates). */
export function permutation(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const held = order[last]!;
    order[last] = order[other]!;
    order[other] = held;
  }
  return order;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** FNV-1a over the keys with type and length marks, finished by the mixer of MurmurHash3. */
function hashKeys(keys: readonly (string | number)[]): () => number {
  let state = 0x811c9dc5;
  const feed = (unit: number): void => {
    state = Math.imul(state ^ unit, 0x01000193);
    state ^= state >>> 15;
  };
  const bits = new DataView(new ArrayBuffer(8));
  for (const key of keys) {
    if (typeof key === 'number') {
      bits.setFloat64(0, key);
      feed(1);
      for (let at = 0; at < 8; at += 1) feed(bits.getUint8(at));
    } else {
      feed(2);
      feed(key.length);
      for (let at = 0; at < key.length; at += 1) feed(key.charCodeAt(at));
    }
  }
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
}
