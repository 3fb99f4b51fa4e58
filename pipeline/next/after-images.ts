import path from 'node:path';
import { shownLocation } from '../../operators/shown-location.ts';
import { type InspectOptions, inspectVerb } from '../options/inspect-options.ts';
import { prepareVerb } from '../options/prepare-options.ts';
import { type TrainOptions, trainVerb } from '../options/train-options.ts';
import type { Resolved } from '../options/verb.ts';
import type { GivenOptions } from './command-words.ts';
import { nextStep, type NextSteps } from './next-step.ts';

/** Images, chosen as the options of `inspect` choose them. */
type Images = { readonly data: string } & Pick<
  GivenOptions<TrainOptions>,
  'split' | 'columns' | 'imageRoot' | 'classes' | 'excludeClasses' | 'loss'
>;

/** Options of a look at views that was taken already. */
type Looked = Pick<Resolved<InspectOptions>, 'views' | 'augmentation' | 'imageSize' | 'seed'>;

/** Steps for images: train on them, look at what a network gets to see of them, have them read faster. */
export function afterImages({ data, ...which }: Images, looked?: Looked): NextSteps {
  const { split, columns, imageRoot, classes, excludeClasses, loss } = which;
  const chosen = { split, columns, imageRoot, classes, excludeClasses };
  const { augmentation, imageSize, seed } = looked ?? {};
  const views = { augmentation, imageSize, seed };
  const name = nameOf(data);
  const prepared = path.join(`${name}-prepared`, split && split !== '.' ? split : '');
  return [
    nextStep('train on them', trainVerb, { data, ...chosen, loss, ...views, out: runFor(data) }),
    (looked?.views ?? null) === null
      ? nextStep('what a network gets to see of them', inspectVerb, {
          path: data,
          ...chosen,
          views: `${name}-views.html`,
        })
      : undefined,
    nextStep('have them read faster', prepareVerb, { data, ...chosen, out: prepared }),
  ];
}

/** A folder for a run on these images. */
export function runFor(data: string): string {
  return path.join('runs', nameOf(data));
}

/** A short name for images, of letters, digits and `_.-`. */
function nameOf(data: string): string {
  const [whole = ''] = shownLocation(data)
    .replace(/^\w+:/u, '')
    .split(/[?#{*]/u);
  const name = path.basename(path.resolve(whole)).replaceAll(/[^\w.-]+/gu, '-');
  return /\w/u.test(name) ? name.replace(/^-+/u, '') : 'images';
}
