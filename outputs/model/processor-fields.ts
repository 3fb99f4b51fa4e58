import type { Rgb } from '../../operators/image/recipe-steps.ts';
import { isObject } from '../../operators/files/json.ts';
import { shownValue } from '../../operators/files/schema-problems.ts';
import type { ProcessorSize } from './image-processors.ts';

/** Configuration of an image processor. */
export type ProcessorConfig = Readonly<Record<string, unknown>>;

/**
 * A switch. Null is off: so it is in transformers 5, whatever the default.
 *
 * @throws {Error} When the field is neither true, false nor null.
 */
export function flagOf(config: ProcessorConfig, name: string, otherwise: boolean): boolean {
  const { [name]: value = otherwise } = config;
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  throw expected(name, '`true` or `false`', value);
}

/** @throws {Error} When the field is not a number above 0. Null is the default, as in the readers below. */
export function factorOf<T>(config: ProcessorConfig, name: string, otherwise: T): number | T {
  const value = config[name] ?? undefined;
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  throw expected(name, 'a number above 0', value);
}

/** @throws {Error} When the field is not text. */
export function textOf(config: ProcessorConfig, name: string): string | undefined {
  const value = config[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw expected(name, 'text', value);
}

/**
 * A number for each channel, or one for all.
 *
 * @throws {Error} When the field is neither, or is not there and has no default.
 */
export function channelsOf(config: ProcessorConfig, name: string, otherwise?: Rgb): Rgb {
  const value = config[name] ?? otherwise;
  const values: unknown = typeof value === 'number' ? [value, value, value] : value;
  const isRgb =
    Array.isArray(values) &&
    values.length === 3 &&
    values.every((number) => typeof number === 'number' && Number.isFinite(number));
  if (isRgb) return values as unknown as Rgb;
  throw expected(name, 'three numbers, red first, such as [0.485,0.456,0.406]', value);
}

/**
 * A size in each of the ways in which processors have written it.
 *
 * @param squares What a number alone means: both sides, or the shorter one.
 * @throws {Error} When the field is no size, or one that gives inputs of no one size.
 */
export function sizeOf(
  config: ProcessorConfig,
  name: string,
  squares: boolean,
  otherwise?: ProcessorSize,
): ProcessorSize {
  const value = config[name] ?? undefined;
  if (value === undefined && otherwise !== undefined) return otherwise;
  if (isSide(value)) return squares ? { height: value, width: value } : { shortest_edge: value };
  const [height, width] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (Array.isArray(value) && value.length === 2 && isSide(height) && isSide(width)) {
    return { height, width };
  }
  if (isObject(value)) return sizeFrom(name, value);
  throw expected(name, sizeDomain, value);
}

const sizeDomain = '{"height":N,"width":N}, {"shortest_edge":N} or a number, in pixels';

function sizeFrom(name: string, size: ProcessorConfig): ProcessorSize {
  const given = Object.entries(size).filter(([, value]) => value !== null);
  const { height, width, shortest_edge: edge, ...others } = Object.fromEntries(given);
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new Error(`\`${name}\` with \`${other}\` is not supported: only square inputs are`);
  }
  if (isSide(edge) && height === undefined && width === undefined) return { shortest_edge: edge };
  if (isSide(height) && isSide(width) && edge === undefined) return { height, width };
  throw expected(name, sizeDomain, size);
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1;
}

/** Side of a square. @throws {Error} When it is none. */
export function squareSide(name: string, size: ProcessorSize): number {
  if ('shortest_edge' in size) {
    throw expected(name, '{"height":N,"width":N}', size);
  }
  if (size.height === size.width) return size.height;
  throw new Error(
    `expected \`${name}\` to be square, got ${size.height} × ${size.width}: other inputs are not supported`,
  );
}

/** A field that is not as expected, whatever it is instead. */
export function expected(name: string, domain: string, value: unknown): Error {
  return new Error(`expected \`${name}\` to be ${domain}, got ${shownValue(value)}`);
}
