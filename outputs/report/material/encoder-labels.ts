import { isObject } from '../../../operators/files/json.ts';
import { losses } from '../../../operators/loss/losses.ts';
import type { SavedConfig } from '../../run/saved-config.ts';

const documented: Readonly<Record<string, { readonly doc: string }>> = losses;

/** Name of a loss as people write it, such as `SupCon`; of one that is not known as the file has it. */
export function shownLoss(name: string): string {
  if (!Object.hasOwn(documented, name)) return name;
  // A line of the list begins with it.
  return documented[name]!.doc.split(':')[0]!;
}

/** What an encoder of a run is called: its loss, or that it is not trained. */
export function runLabel({ config }: Pick<SavedConfig, 'config'>): string {
  if (config['steps'] === 0) return 'untrained';
  const loss = config['loss'];
  const name = isObject(loss) ? loss['name'] : undefined;
  return typeof name === 'string' ? shownLoss(name) : 'a run';
}
