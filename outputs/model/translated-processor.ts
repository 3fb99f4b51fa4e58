import type { JsonObject } from '../../operators/files/json.ts';

/** Preprocessing of others in the fields of our sidecar. */
export interface TranslatedProcessor {
  readonly fields: JsonObject;
  /** What was assumed or left out, for the user. */
  readonly notes: readonly string[];
}
