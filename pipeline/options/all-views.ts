import { localViewsOf } from '../../operators/image/recipe-steps.ts';
import { type AugmentationOption, viewRecipe } from '../../operators/image/view-recipe.ts';

/** Options that say how many views there are of an image. */
interface ViewsOptions {
  readonly views: number;
  readonly augmentation: AugmentationOption;
}

/** Views of each image in a batch, the local ones of the augmentation among them: the shape of batches. */
export function allViews({ views, augmentation }: ViewsOptions): number {
  return views + localViewsOf(viewRecipe(augmentation));
}
