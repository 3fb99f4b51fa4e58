/** @throws {RangeError} When `position` is not an integer from 0 to `count - 1`. */
export function requirePosition(position: number, count: number): void {
  if (Number.isInteger(position) && position >= 0 && position < count) return;
  throw new RangeError(
    `Expected \`position\` to be an integer from 0 to ${count - 1}, got \`${position}\``,
  );
}
