import type { z } from 'zod';
import { optional, path } from './option-fields.ts';

/** Field of a table with ids of vectors to leave out. @param which The vectors, such as `vectors`. */
export function excludeField(which: string): z.ZodType<string | null> {
  return optional(
    path(`Table with ids of ${which} to leave out, such as \`drop.arrow\`: \`FILE?id=COLUMN\`.`),
  );
}
