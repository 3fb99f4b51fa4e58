import type { ClassRows, VectorDrift } from '../../operators/curation/drift/drift.ts';
import { counted, shownNames } from '../../operators/message-words.ts';
import type { TellNote } from './run-event.ts';

/** What the notes of a drift speak of. */
export interface DriftSets {
  readonly old: string;
  readonly new: string;
  /** Rows that the kernel compares at most. */
  readonly sample: number;
}

/** Tells what a drift could not test, and what it tested on a sample. */
export function tellDrift(drift: VectorDrift, sets: DriftSets, note: TellNote): void {
  if (drift.same) note(`\`${sets.old}\` and \`${sets.new}\` hold the same vectors, bit for bit`);
  tellRows(drift, sets, note);
  tellClasses(drift, sets, note);
  if (drift.sampled) {
    note(
      `MMD compares at most ${counted(sets.sample, 'row')} of a side, a sample by \`seed\`; ` +
        'the mean shift is of all rows. More with `sample`, in a time that grows with its square',
      ['seed', 'sample'],
    );
  }
  tellResolution(drift, note);
}

function tellRows({ oldRows, newRows }: VectorDrift, sets: DriftSets, note: TellNote): void {
  for (const [name, rows] of [
    [sets.old, oldRows],
    [sets.new, newRows],
  ] as const) {
    if (rows < 2) note(`\`${name}\` holds ${counted(rows, 'row')}: there is no drift of so few`);
  }
}

function tellClasses(drift: VectorDrift, sets: DriftSets, note: TellNote): void {
  const { withoutClass, oldRows, newRows } = drift;
  for (const [name, without, rows] of [
    [sets.old, withoutClass.old, oldRows],
    [sets.new, withoutClass.new, newRows],
  ] as const) {
    if (without === 0) continue;
    const what = without === rows ? 'no row' : `${counted(without, 'row')} without a class`;
    note(
      without === rows
        ? `${what} of \`${name}\` has a class: there is no drift by class`
        : `${what} in \`${name}\`: tested among all rows only`,
    );
  }
  // Where a side has no class at all that was said.
  if (withoutClass.old === oldRows || withoutClass.new === newRows) return;
  const tell = (classes: readonly ClassRows[], what: string): void => {
    if (classes.length === 0) return;
    const verb = classes.length === 1 ? 'class is' : 'classes are';
    note(
      `${counted(classes.length)} ${verb} ${what}: ${shownNames(classes.map((one) => one.class))}`,
    );
  };
  tell(drift.onlyOld, `in \`${sets.old}\` alone`);
  tell(drift.onlyNew, `in \`${sets.new}\` alone`);
  tell(drift.tooFew, 'tested by their share alone, with a single row on a side');
}

/** A p-value is no less than one in the relabellings, which a correction for many classes multiplies. */
function tellResolution({ rows, permutations, alpha }: VectorDrift, note: TellNote): void {
  const tested = rows.filter(
    ({ statistic, p, ...row }) => row.class !== null && statistic === 'mean_shift' && p !== null,
  ).length;
  if (tested / (1 + permutations) <= alpha) return;
  note(
    `of ${counted(tested, 'class', 'classes')} one that alone has changed cannot be significant with ` +
      `\`permutations: ${permutations}\`: that takes ${counted(Math.ceil(tested / alpha) - 1)}`,
    ['permutations'],
  );
}
