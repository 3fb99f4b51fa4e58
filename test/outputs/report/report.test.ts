import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openMaterial } from '../../../outputs/report/material/open-material.ts';
import { writeReport } from '../../../outputs/report/write-report.ts';
import { demoFiles } from '../../helpers/demo-files.ts';
import { allElements, parsedPage } from '../../helpers/sheets.ts';

test('a folder of results is one page, whose bytes are a function of them', async (t) => {
  const demo = await demoFiles(t);
  const material = await openMaterial([demo]);
  t.deepEqual(
    material.evaluations.map(({ name }) => name),
    ['sincere/evaluation', 'supcon/evaluation'],
  );
  const file = path.join(demo, 'report.html');
  await writeReport(file, material);
  const html = await fs.readFile(file, 'utf8');
  t.true(html.includes('sincere/evaluation'));
  t.false(html.includes(demo), 'the page says nothing of where the results are');
  const names = new Set(allElements(await parsedPage(html)).map(({ name }) => name));
  for (const name of ['link', 'iframe', 'object', 'base', 'form']) t.false(names.has(name), name);
  await writeReport(file, await openMaterial([demo]));
  t.is(await fs.readFile(file, 'utf8'), html);
});
