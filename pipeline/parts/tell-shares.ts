import type { ClassBalance } from '../../operators/batches/target-shares.ts';
import type { ClassWalks } from '../../operators/batches/class-walks.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { TellNote } from './run-event.ts';

/** Ratio of draws from which a person is told that images of one class come so much more often than those of another. */
const worthNoting = 10;

/** Tells how often an epoch draws the images of the rarest and of the commonest class, where that differs widely. */
export function tellShares(
  { dataset, index, shares }: ClassWalks,
  { maxOversampling }: Pick<ClassBalance, 'maxOversampling'>,
  note: TellNote,
): void {
  const classes = index.labels.map((label, member): ClassDraws => {
    const images = index.positions(label).length;
    return { name: dataset.classes[label]!, images, draws: shares.perEpoch(member) / images };
  });
  const [most, least] = [classes.reduce(oftener), classes.reduce(rarer)];
  if (most.draws < worthNoting * least.draws) return;
  const limit = maxOversampling === undefined ? 'a' : 'a smaller';
  note(
    `an epoch draws ${shownDraws(most)}, and ${shownDraws(least)}: ` +
      `a smaller \`balance\` or ${limit} \`maxOversampling\` brings them together`,
    ['balance', 'maxOversampling'],
  );
}

/** Draws of the images of a class. */
export interface ClassDraws {
  readonly name: string;
  readonly images: number;
  /** Draws of each image. */
  readonly draws: number;
}

const oftener = (one: ClassDraws, other: ClassDraws): ClassDraws =>
  other.draws > one.draws ? other : one;
const rarer = (one: ClassDraws, other: ClassDraws): ClassDraws =>
  other.draws < one.draws ? other : one;

/** How often the images of a class were drawn, in a text. */
export function shownDraws({ name, images, draws }: ClassDraws): string {
  const of = images === 1 ? 'the one image' : `each of the ${counted(images)} images`;
  const times = shownTimes(draws);
  return `${of} of ${shownName(name)} ${times === '1' ? 'once' : `${times} times`}`;
}

/** Two digits below 10, whole numbers above. */
function shownTimes(times: number): string {
  return times < 10 ? String(Number(times.toPrecision(2))) : counted(Math.round(times));
}
