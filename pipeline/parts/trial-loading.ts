import { viewRecipe } from '../../operators/image/view-recipe.ts';
import { openImageWorkers } from '../../operators/loading/image-workers.ts';
import { counted } from '../../operators/message-words.ts';

const side = 16;

/**
 * Has a view made by a thread of those that load images.
 *
 * @returns Words for a table.
 * @throws {PipelineError} `ERR_ENGINE` when the thread cannot start.
 * @throws {Error} When what it hands back is no view.
 */
export async function trialLoading(): Promise<{ readonly verdict: 'ok'; readonly detail: string }> {
  const workers = await openImageWorkers();
  try {
    const image = { width: side, height: side, data: new Uint8Array(side * side * 3).fill(255) };
    const options = { views: 1, imageSize: side, seed: 0 };
    const keys = [{ id: 'white', draw: 0 }];
    const views = await workers.makeViews({
      images: [image],
      keys,
      recipe: viewRecipe('plain'),
      options,
    });
    const { mean, std } = viewRecipe('plain');
    const isWhite = views.every(
      (value, at) => Math.abs(value - (1 - mean[at % 3]!) / std[at % 3]!) < 1e-5,
    );
    if (!isWhite) throw new Error('a thread makes other views of a white image than white ones');
    const threads = counted(workers.pool.threads, 'thread');
    return {
      verdict: 'ok',
      detail: `by up to ${threads}, each of which reads, decodes and makes views`,
    };
  } finally {
    await workers.close();
  }
}
