import test, { type ExecutionContext } from 'ava';

/** Declares a test. */
export type Declare = (title: string, run: (t: ExecutionContext) => void | Promise<void>) => void;

/**
 * Tests that need something of the machine: where it is not there, each logs why it was not tried.
 *
 * @param reason Undefined where everything is there.
 * @param declare How they run. @default side by side
 */
export function testWhere(reason: string | undefined, declare: Declare = test): Declare {
  if (reason === undefined) return declare;
  return (title) =>
    declare(title, (t) => {
      t.log(`not tried: ${reason}`);
      t.pass();
    });
}
