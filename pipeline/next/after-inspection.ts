import path from 'node:path';
import type { Inspection } from '../../outputs/inspect/inspection.ts';
import { usualSplit } from '../../datasets/records/split-names.ts';
import { compareVerb } from '../options/compare-options.ts';
import { demoVerb } from '../options/demo-options.ts';
import { embedVerb } from '../options/embed-options.ts';
import { evaluateVerb } from '../options/evaluate-options.ts';
import { reportVerb } from '../options/report-options.ts';
import { type InspectOptions, inspectVerb } from '../options/inspect-options.ts';
import { trainVerb } from '../options/train-options.ts';
import type { Resolved } from '../options/verb.ts';
import { afterFolder } from './after-folder.ts';
import { afterImages } from './after-images.ts';
import { beside } from './beside.ts';
import { convertStep } from './convert-step.ts';
import { nextStep, type NextSteps } from './next-step.ts';
import { embeddingAtlasStep } from './other-programs.ts';
import { reportStep } from './report-step.ts';
import { duplicatesStep, suspectsStep } from './steps-of-sets.ts';

type Inspected = Pick<Inspection, 'path' | 'kind' | 'facts' | 'columns' | 'tables'>;

type Steps = (
  found: Inspected,
  options: Resolved<InspectOptions>,
) => NextSteps | Promise<NextSteps>;

/** Steps for what was found at a path, by what it is. */
const steps: Readonly<Record<Inspection['kind'], Steps>> = {
  embeddings: async ({ path: folder }) => await afterFolder(folder),
  prepared: async ({ path: folder }) => await afterFolder(folder),
  run: async ({ path: run, facts }) => [
    facts['beingWritten'] === true
      ? nextStep('watch it', reportVerb, { results: [run], watch: true })
      : undefined,
    ...(await afterFolder(run)),
  ],
  evaluation: async ({ path: folder }) => await afterFolder(folder),
  results: forResults,
  folder: async ({ path: folder, facts }) =>
    facts['files'] === 0 && facts['folders'] === 0 ? forEmpty(folder) : await afterFolder(folder),
  file: ({ path: file }) => [
    nextStep('the folder that it is in', inspectVerb, { path: path.dirname(file) }),
  ],
  'arrow-file': forTable,
  'arrow-stream': forTable,
  safetensors: ({ path: init }) => [
    nextStep('go on from these weights, DATA: images', trainVerb, {
      data: 'DATA',
      init,
      out: 'runs/a',
    }),
  ],
  onnx: ({ path: model }) => [
    nextStep('vectors of images, DATA', embedVerb, {
      data: 'DATA',
      model,
      out: path.join(path.dirname(model), 'vectors'),
    }),
  ],
  vectors: ({ facts }, { path: given }) => (isPlain(facts) ? forVectors(given) : []),
  map: ({ columns }, { path: file }) => [
    embeddingAtlasStep(
      file,
      columns.map(({ name }) => name),
    ),
  ],
  images: ({ facts }, { path: data, ...options }) => {
    const { splits } = facts;
    const split = Array.isArray(splits) ? usualSplit(splits.map(String)) : options.split;
    // Without classes views of one image are what is alike.
    const loss = facts['classes'] === 0 ? 'infonce' : undefined;
    return afterImages({ data, ...options, split, loss }, options);
  },
};

/** Steps after `inspect`. */
export async function afterInspection(
  found: Inspected,
  options: Resolved<InspectOptions>,
): Promise<NextSteps> {
  return await steps[found.kind](found, options);
}

/** A table whose rows have vectors is told by their column. */
function forTable({ facts }: Inspected, { path: given }: Resolved<InspectOptions>): NextSteps {
  return 'vector' in facts && isPlain(facts) ? forVectors(given) : [convertStep('the rows', given)];
}

/** Whether it is plain which column is meant: without that, verbs that take vectors refuse the file. */
function isPlain(facts: Inspected['facts']): boolean {
  return !('notPlain' in facts);
}

/** Results in a folder, by the table of them. */
function forResults({ path: folder, tables }: Inspected): NextSteps {
  const results = tables[0]!.records.map((record) => ({
    folder: path.join(folder, record['folder'] as string),
    what: record['what'],
  }));
  const evaluations = results.filter(({ what }) => what === 'evaluation');
  return [
    reportStep(folder),
    evaluations.length < 2
      ? undefined
      : nextStep('is one better than the other, beyond chance?', compareVerb, {
          evaluations: evaluations.slice(0, 2).map((one) => one.folder),
        }),
    nextStep('the first of them', inspectVerb, { path: results[0]!.folder }),
  ];
}

function forEmpty(folder: string): NextSteps {
  return [
    nextStep('see it all at work, in some minutes', demoVerb, { out: folder }),
    nextStep('train on images, PHOTOS: a folder with one for each class', trainVerb, {
      data: 'PHOTOS',
      out: folder,
    }),
  ];
}

function forVectors(set: string): NextSteps {
  const out = beside(set, 'evaluation');
  return [
    nextStep('measure them, each left out in its turn', evaluateVerb, {
      train: set,
      test: set,
      out,
    }),
    suspectsStep({ set }),
    duplicatesStep({ set }),
  ];
}
