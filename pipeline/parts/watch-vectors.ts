import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import {
  type DirectionSums,
  directionSums,
} from '../../operators/evaluation/vectors/direction-sums.ts';
import type { EmbeddingBatch } from '../../operators/types.ts';
import {
  embeddingsLayers,
  type EmbeddingsLayer,
} from '../../outputs/embeddings/embeddings-schema.ts';
import type { TellNote } from './run-event.ts';
import { counted } from '../../operators/message-words.ts';

/** Watch over the vectors of one run of an export. */
export interface VectorWatch {
  /** Looks at each batch and lets it pass. */
  readonly watch: MonoTypeOperatorFunction<EmbeddingBatch>;
  /** Tells what a person should know of the vectors, at the end. */
  tell(note: TellNote): void;
}

/**
 * Mean cosine of two vectors from which a set counts as collapsed. Those of a network with random weights are near 0.97:
 * images differ little to it, but they differ. What is nearer is one direction with noise.
 */
const collapsedFrom = 0.999;

/** Fewer rows than these are near each other by chance, or because they are of one class. */
const fewestCollapsed = 16;

/** Watch over vectors of these sizes; 0 where there is none. */
export function watchVectors(sizes: Readonly<Record<EmbeddingsLayer, number>>): VectorWatch {
  const sums = new Map(
    embeddingsLayers.flatMap((layer) =>
      sizes[layer] === 0 ? [] : [[layer, directionSums(sizes[layer])] as const],
    ),
  );
  return {
    watch: tap((batch) => {
      for (const [layer, sum] of sums) sum.add(batch[layer]);
    }),
    tell(note) {
      for (const [layer, sum] of sums) {
        const text = collapseNote(layer, sum);
        if (text !== undefined) note(text);
      }
    },
  };
}

/** Undefined when the rows differ. */
function collapseNote(
  name: string,
  sum: Pick<DirectionSums, 'rows' | 'equalToFirst' | 'meanCosine'>,
): string | undefined {
  const { rows, equalToFirst } = sum;
  const cosine = sum.meanCosine();
  if (cosine === null || cosine < collapsedFrom) return undefined;
  const isOneVector = equalToFirst === rows;
  if (!isOneVector && rows < fewestCollapsed) return undefined;
  const what = isOneVector
    ? `all ${counted(rows, 'row')} of \`${name}\` are the same vector`
    : `the ${counted(rows, 'row')} of \`${name}\` point in nearly one direction: their mean cosine is ${cosine.toFixed(6)}`;
  return `${what}. The model tells these images hardly apart: is its preprocessing that which it was made with?`;
}
