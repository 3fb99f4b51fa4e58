import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openDataset } from '../../../datasets/open-dataset.ts';
import { folderOfTexts, openText, shownSamples } from '../../helpers/manifests.ts';
import { idsOf } from '../../helpers/ids-of.ts';

const names = ['b/2.jpg', 'a/10 x.png', 'a/z,"q".webp', 'B/1.jpg', 'a/deep/1.jpg', 'é/1.jpg'];
const classOf = (name: string): string => name.split('/', 1)[0]!;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function imageTree(t: ExecutionContext): Promise<string> {
  return await folderOfTexts(
    t,
    Object.fromEntries(names.map((name) => [name, `bytes of ${name}`])),
  );
}

const csvOf = (separator: string, end = '\n'): string =>
  [
    ['path', 'label'].join(separator),
    ...names.map((name) => quoted(name) + separator + classOf(name)),
  ].join(end);
const jsonOf = (): string =>
  names.map((name) => JSON.stringify({ file_name: name, label: classOf(name) })).join('\n');

const manifests: Readonly<Record<string, string>> = {
  'list.csv': csvOf(','),
  'semicolons.csv': csvOf(';', '\r\n'),
  'mark.csv': `\uFEFF${csvOf(',')}\n\n`,
  'tabs.tsv': csvOf('\t'),
  'list.jsonl': jsonOf(),
  'list.ndjson': `\uFEFF${jsonOf().replaceAll('\n', '\r\n')}\r\n\r\n`,
  'dots.csv': csvOf(',').replaceAll('"b/', '"./b/'),
  'no-labels.csv': csvOf(',').replaceAll(/,[^,]*$/gmu, ''),
  'twice.csv': `${csvOf(',')}\nb/2.jpg,b`,
};

for (const [name, text] of Object.entries(manifests)) {
  test(`the images of a folder are the same as those of ${name}`, async (t) => {
    const root = await imageTree(t);
    const folder = await openDataset(root);
    await fs.writeFile(path.join(root, name), text);
    const listed = await openDataset(path.join(root, name));
    t.is(listed.hash, folder.hash);
    t.deepEqual(idsOf(listed), idsOf(folder));
    t.deepEqual(listed.classes, folder.classes);
    for (let position = 0; position < folder.count; position += 1) {
      t.deepEqual(
        new Uint8Array(await listed.read(position)),
        new Uint8Array(await folder.read(position)),
      );
      t.deepEqual(listed.locate!(position), folder.locate!(position));
    }
  });
}

test('a bare file name is below its class', async (t) => {
  const data = await openText(
    t,
    'a.csv',
    'image,class\n1.jpg,cat\n2.jpg,dog\nx/3.jpg,dog\n4.jpg,\n',
  );
  t.deepEqual(shownSamples(data), ['4.jpg -', 'cat/1.jpg cat', 'dog/2.jpg dog', 'x/3.jpg dog']);
  t.deepEqual(
    data.notes!.map(({ text }) => text),
    ['1 of 4 images has no class'],
  );
});

test('ids are those of a column that was named, and none occurs twice', async (t) => {
  const text = 'key,file_name,label\n7,a.jpg,x\n10,b.jpg,y\n';
  const columns = { id: 'key' };
  t.deepEqual(idsOf(await openText(t, 'a.csv', text, { columns })), ['10', '7']);
  await t.throwsAsync(openText(t, 'a.csv', `${text}7,c.jpg,x\n`, { columns }), {
    code: 'ERR_DATASET',
    message: /gives two images the id `7`, in lines 2 and 4/u,
  });
});

test('rows of one image are one image, with the classes of all', async (t) => {
  const data = await openText(t, 'a.csv', 'path,label\na.jpg,x\na.jpg,y\nb.jpg,x\nb.jpg,x\n');
  t.deepEqual(shownSamples(data), ['x/a.jpg x (x+y)', 'x/b.jpg x']);
  t.deepEqual(
    data.notes!.map(({ text }) => text),
    [
      '1 row repeats an image, such as `b.jpg`: each is one image',
      '1 image stands in several rows with different classes, such as `a.jpg`: each has all of them',
    ],
  );
});

test('a list in JSON, and a text in a CSV column that is called so, are several classes', async (t) => {
  const lines =
    '{"path":"a.jpg","tags":["x","y","x"]}\n{"path":"b.jpg","tags":3}\n{"path":"c.jpg"}';
  const json = await openText(t, 'a.jsonl', lines);
  t.deepEqual(shownSamples(json), ['3/b.jpg 3', 'c.jpg -', 'x/a.jpg x (x+y)']);
  const csv = await openText(t, 'a.csv', 'path,labels\na.jpg,sea lion|dog\nb.jpg,sea lion\n');
  t.deepEqual(shownSamples(csv), [
    'sea lion/a.jpg sea lion (dog+sea lion)',
    'sea lion/b.jpg sea lion',
  ]);
  t.regex(
    csv.notes![0]!.text,
    /several classes of an image, separated by `\|`, such as `sea lion\|dog`/u,
  );
  const spaces = await openText(t, 'a.csv', 'path,labels\na.jpg,scab rust\nb.jpg,rust\n');
  t.deepEqual(shownSamples(spaces), ['rust/b.jpg rust', 'scab/a.jpg scab (rust+scab)']);
  const one = await openText(t, 'a.csv', 'path,label\na.jpg,scab|rust\n');
  t.deepEqual(shownSamples(one), ['scab|rust/a.jpg scab|rust']);
  t.regex(one.notes![0]!.text, /If these are several, call the column `labels`/u);
});

test('a split is a value of a column, or the first folder of paths', async (t) => {
  const root = await folderOfTexts(t, {
    'a.csv': 'path,label,split\ntrain/a.jpg,x,train\ntest/b.jpg,y,test\ntrain/c.jpg,y,train\n',
    'b.csv': 'path,label\ntrain/x/a.jpg,x\ntest/y/b.jpg,y\ntrain/y/c.jpg,y\n',
    'c.csv': 'path,label,partition\na.jpg,x,0\nb.jpg,y,1\n',
  });
  for (const [name, ids] of [
    ['a.csv', ['x/a.jpg', 'y/c.jpg']],
    ['b.csv', ['x/a.jpg', 'y/c.jpg']],
  ] as const) {
    const file = path.join(root, name);
    await t.throwsAsync(openDataset(file), {
      message:
        /holds the splits `test`, `train`. Choose one, such as `split: train`; for the images of all, give `split: \.`/u,
    });
    await t.throwsAsync(openDataset(file, { split: 'val' }), { message: /has no split `val`/u });
    t.deepEqual(idsOf(await openDataset(file, { split: 'train' })), ids);
    t.is((await openDataset(file, { split: '.' })).count, 3);
  }
  const { notes } = await openDataset(path.join(root, 'c.csv'));
  t.regex(
    notes![0]!.text,
    /`partition` is not taken for a column of splits.*`columns: split=partition`/u,
  );
  const chosen = { split: '0', columns: { split: 'partition' } };
  t.deepEqual(idsOf(await openDataset(path.join(root, 'c.csv'), chosen)), ['x/a.jpg']);
});

test('an image in two splits is told', async (t) => {
  const text = 'path,label,split\na.jpg,x,train\na.jpg,x,test\nb.jpg,y,test\n';
  const { notes } = await openText(t, 'a.csv', text, { split: 'test' });
  t.regex(notes![0]!.text, /1 row of another split names an image of this one, such as `a.jpg`/u);
});

test('paths are relative to `imageRoot` where it is given, also absolute ones below it', async (t) => {
  const images = await folderOfTexts(t, { 'x/a.jpg': 'a', 'y/b.jpg': 'b' });
  const text = `path,label\nx/a.jpg,x\n${images}/y/b.jpg,y\n`;
  const data = await openText(t, 'a.csv', text, { imageRoot: images });
  t.deepEqual(idsOf(data), ['x/a.jpg', 'y/b.jpg']);
  t.is(Buffer.from(await data.read(1)).toString(), 'b');
  await t.throwsAsync(openText(t, 'a.csv', `${text}/etc/passwd,x\n`, { imageRoot: images }), {
    message: /Line 4 of .* names `\/etc\/passwd`, which lies outside of `imageRoot`/u,
  });
});

test('an image that is not there is one that cannot be read', async (t) => {
  const data = await openText(t, 'a.csv', 'path,label\nx/a.jpg,x\ny/b.jpg,y\n');
  await t.throwsAsync(data.read(0), {
    code: 'ERR_READ',
    message: /`x\/a.jpg` from .*: there is no such file/u,
  });
});

const refused: Readonly<
  Record<string, readonly [name: string, text: string | Uint8Array, message: RegExp]>
> = {
  'a path above the folder': [
    'a.csv',
    'path\n../a.jpg\n',
    /Line 2 of `.*a.csv` names `..\/a.jpg`, which lies outside .* as `imageRoot`/u,
  ],
  'a path that goes up on its way': ['a.csv', 'path\nx/../../a.jpg\n', /lies outside/u],
  'an absolute path': [
    'a.jsonl',
    '{"path":"/etc/passwd"}',
    /Line 1 of .*names `\/etc\/passwd`, which lies outside/u,
  ],
  'a path of Windows': ['a.csv', 'path\nx\\a.jpg\n', /write the path with `\/`/u],
  'a drive of Windows': ['a.csv', 'path\nC:\\a.jpg\n', /write the path with `\/`/u],
  'a file URL': [
    'a.csv',
    'path\nfile:///etc/passwd\n',
    /names `file:\/\/\/etc\/passwd`, which is no file in a store/u,
  ],
  'an unknown scheme': [
    'a.csv',
    'path\nftp://x/a.jpg\n',
    /`ftp:\/\/x\/a.jpg`, which is no file in a store/u,
  ],
  'a data URL': ['a.csv', 'path\ndata:image/png;base64\n', /data URL, which is not read/u],
  'an empty path': ['a.csv', 'path,label\n,x\n', /Line 2 of .* names no image/u],
  'no header': [
    'a.csv',
    'cat/1.jpg,cat\ncat/2.jpg,cat\n',
    /has no header: its first line is `cat\/1.jpg,cat`/u,
  ],
  'no usual names': ['a.csv', 'x,y\n1,2\n', /it has `x`, `y`. Name it with `columns: image=x`/u],
  'two columns of images': [
    'a.csv',
    'path,url\na,b\n',
    /several columns that could be the image: `path`, `url`. .*`columns: image=path`/u,
  ],
  'one name for two columns': [
    'a.csv',
    'path,label,label\na,b,c\n',
    /several columns that could be the label|has 2 columns `label`/u,
  ],
  'too few values': [
    'a.csv',
    'path,label\na,b\na\n',
    /Line 3 of .* has 1 value, and the header 2 columns/u,
  ],
  'a quote that is never closed': [
    'a.csv',
    'path,label\n"a,b\nc,d\n',
    /a value with a quote that is never closed/u,
  ],
  'a quote within a value': [
    'a.csv',
    'path,label\n5" disk,b\n',
    /Line 2 of .* has a quote within a value/u,
  ],
  nothing: ['a.csv', '', /is empty/u],
  'no rows': ['a.csv', 'path,label\n', /has no rows/u],
  'UTF-16': ['a.csv', Buffer.from('\uFEFFpath,label\n', 'utf16le'), /is UTF-16, or no text/u],
  'Latin-1': ['a.csv', Buffer.from('path,label\na,b\né,c\n', 'latin1'), /is not UTF-8 in line 3/u],
  'no JSON': ['a.jsonl', '{"path":"a.jpg"}\n{"path":\n', /Line 2 of .* is no JSON/u],
  'a key that a line has twice': [
    'a.jsonl',
    '{"path":"a.jpg","label":"x"}\n{"path":"a.jpg","label":"x","label":"y"}\n',
    /Line 2 of .* has the key `label` twice/u,
  ],
  'a list in a line': [
    'a.jsonl',
    '[{"path":"a.jpg"}]',
    /Line 1 of .* is a list. Expected an object/u,
  ],
  'an object for a path': [
    'a.jsonl',
    '{"image":{"path":"a.jpg","bytes":null}}',
    /has an object in the place of the path/u,
  ],
  'an object for a class': [
    'a.jsonl',
    '{"path":"a.jpg","label":{"x":1}}',
    /has no text or number for its class/u,
  ],
  'half a character': ['a.jsonl', '{"path":"\\ud800.jpg"}', /holds half a character/u],
  'a line without end': [
    'a.jsonl',
    `{"path":"${'x'.repeat(2 ** 20)}"}`,
    /Line 1 of .* is longer than 1 MiB/u,
  ],
  'a row without end': ['a.csv', `path\n${'x'.repeat(2 ** 20 + 9)}`, /is longer than 1 MiB/u],
};

for (const [what, [name, text, message]] of Object.entries(refused)) {
  test(`${what} in a manifest is named`, async (t) => {
    await t.throwsAsync(openText(t, name, text), { code: 'ERR_DATASET', message });
  });
}

test('fields of objects in JSON are columns', async (t) => {
  const text = '{"image":{"path":"a.jpg"},"of":{"kind":"x"}}';
  const columns = { image: 'image.path', label: 'of.kind' };
  t.deepEqual(shownSamples(await openText(t, 'a.jsonl', text, { columns })), ['x/a.jpg x']);
});

test('a column that is not there is answered with the nearest name', async (t) => {
  await t.throwsAsync(
    openText(t, 'a.csv', 'path,species\na,b\n', { columns: { label: 'specie' } }),
    {
      message: /no column `specie` for the label. Did you mean `columns: label=species`\?/u,
    },
  );
});
