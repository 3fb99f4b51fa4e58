import { path } from './option-fields.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `doctor`. */
export interface DoctorOptions {
  /** Folder whose write access is checked. @default '.' */
  readonly out?: string | undefined;
}

const fields: OptionFields<DoctorOptions> = {
  out: path('Folder whose write access is checked.').default('.'),
};

/** `sincere doctor`. */
export const doctorVerb: Verb<DoctorOptions> = defineVerb<DoctorOptions>({
  name: 'doctor',
  summary: 'Check that this machine can run everything, and say what would be used.',
  fields,
});
