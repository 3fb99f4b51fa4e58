import fs from 'node:fs/promises';
import test from 'ava';
import { fromHuggingFace } from '../../../outputs/model/hugging-face-preprocessing.ts';
import {
  type DoneProcessor,
  imageProcessors,
  quirks,
  refusals,
} from '../../../outputs/model/image-processors.ts';
import { project } from '../../helpers/project.ts';

const page = await fs.readFile(new URL('outputs/model/README.md', project), 'utf8');

/** Cells of the rows of tables that begin with an image processor. */
const rows = [...page.matchAll(/^\| (`\w+ImageProcessor` .*) \|$/gmu)].map(([, cells = '']) =>
  cells.split(' | ').map((cell) => cell.trim()),
);

function doneRow(name: string, entry: DoneProcessor): readonly string[] {
  const does = entry.besides === undefined ? '' : quirks[entry.besides];
  if (entry.besides === 'timm') return [`\`${name}\``, 'as it says', does];
  const { imageSize } = fromHuggingFace({ image_processor_type: name }).fields;
  return [`\`${name}\``, JSON.stringify(imageSize), does];
}

test('the page names each image processor, with what it does or why it is refused', (t) => {
  const entries = Object.entries(imageProcessors);
  const done = entries.flatMap(([name, entry]) =>
    'refused' in entry ? [] : [doneRow(name, entry)],
  );
  const refused = entries.flatMap(([name, entry]) =>
    'refused' in entry ? [[`\`${name}\``, refusals[entry.refused]]] : [],
  );
  t.deepEqual(
    rows.map((cells) => (cells.length === 4 ? cells.slice(0, 3) : cells)),
    [...done, ...refused],
  );
});
