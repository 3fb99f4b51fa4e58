import test from 'ava';
import fc from 'fast-check';
import { readIni } from '../../../datasets/s3/ini-file.ts';

const plain = (text: string): unknown =>
  Object.fromEntries(
    [...readIni(text)].map(([name, section]) => [name, Object.fromEntries(section)]),
  );

test('sections hold settings, comments are none, and blocks name what is in them', (t) => {
  const text = `# mine
[default]
aws_access_key_id = AKID
aws_secret_access_key=a+b/c=d#e
; more
[profile work]\r
Region = eu-west-1 ; home
s3 =
  addressing_style = path
  endpoint_url = http://localhost:9000
output = json

[services  other ]
`;
  t.deepEqual(plain(text), {
    default: { aws_access_key_id: 'AKID', aws_secret_access_key: 'a+b/c=d#e' },
    'profile work': {
      region: 'eu-west-1',
      s3: '',
      's3.addressing_style': 'path',
      's3.endpoint_url': 'http://localhost:9000',
      output: 'json',
    },
    'services  other': {},
  });
});

test('a line that is none of these is named by its number, and not shown', (t) => {
  for (const text of ['secret', '[a]\nsecret', 'a = secret', '[a\nsecret = 1']) {
    const error = t.throws(() => readIni(text));
    t.regex(error.message, /^line [12] is no `name = value` of a section$/u);
  }
});

test('any text is read or refused, and no name is special', (t) => {
  t.deepEqual([...readIni('[__proto__]\nconstructor = 1').keys()], ['__proto__']);
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('[', ']', '=', ' ', '\n', 'a', '#', '\r') }),
      (text) => {
        try {
          readIni(text);
        } catch (error) {
          t.regex((error as Error).message, /^line \d+ /u);
        }
      },
    ),
    { seed: 1 },
  );
});
