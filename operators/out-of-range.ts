/** Error of a value out of its range: `` Expected `name` to be RANGE, got `value` ``. */
export function outOfRange(name: string, range: string, value: number | string): RangeError {
  return new RangeError(`Expected \`${name}\` to be ${range}, got \`${value}\``);
}

/** @throws {RangeError} When `value` is not an integer of at least 1. */
export function atLeastOne(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw outOfRange(name, 'an integer of at least 1', value);
  }
}
