import { flag, integer, path } from './option-fields.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `inspect`. */
export interface InspectOptions {
  /** Folder of `train`, `embed` or `evaluate`, or a file: `.arrow`, `.arrows`, `.safetensors`, `.onnx`. */
  readonly path: string;
  /** First rows to show. @default 5 */
  readonly rows?: number | undefined;
  /** Read everything and compare hashes and counts. @default false */
  readonly verify?: boolean | undefined;
}

const fields: OptionFields<InspectOptions> = {
  path: path(
    'Folder of `train`, `embed` or `evaluate`, or a file: `.arrow`, `.arrows`, `.safetensors`, `.onnx`.',
  ),
  rows: integer(0, 'First rows to show.').default(5),
  verify: flag('Read everything and compare hashes and counts.'),
};

/** `sincere inspect PATH`. */
export const inspectVerb: Verb<InspectOptions> = defineVerb<InspectOptions>({
  name: 'inspect',
  summary: 'Say what a file or folder is and what it holds.',
  positional: 'path',
  fields,
});
