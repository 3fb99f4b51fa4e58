/** Options that cannot be run with: the caller's mistake, found before anything was opened or written. */
export class UsageError extends Error {
  static {
    this.prototype.name = 'UsageError';
  }
}
