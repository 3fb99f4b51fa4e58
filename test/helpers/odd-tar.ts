import { paxRecord, tarEnd, tarHeader, tarMember, tarOf } from './tar-file.ts';

/** An archive with all that headers of tar hold: long names, links, a folder, sizes in base 256. */
export async function oddTar(): Promise<Buffer> {
  const long = `ö/${'x'.repeat(120)}.jpg`;
  const size = Buffer.alloc(12);
  size[0] = 0x80;
  size[11] = 5;
  return Buffer.concat([
    (await tarOf([{ name: long, content: 'long' }])).subarray(0, -1024),
    tarMember({ name: '././@LongLink', type: 'L', magic: 'ustar  \0' }, `${long}.png\0`),
    tarMember({ name: 'cut', magic: 'ustar  \0' }, 'gnu'),
    tarMember({ name: 'pax', type: 'x' }, paxRecord('size', '600')),
    tarHeader({ name: 'a/1.jpg', size: 0 }),
    Buffer.alloc(1024, 'p'),
    tarMember({ name: 'a/1.cls' }, '3'),
    tarMember({ name: 'a/2.jpg' }, 'two'),
    tarMember({ name: 'a/2.json' }, '{"label": ["cat", 3]}'),
    tarHeader({ name: 'empty/', type: '5' }),
    tarHeader({ name: 'a/link.jpg', type: '2', target: '2.jpg' }),
    tarHeader({ name: 'b/3.png', size }),
    Buffer.from('three'.padEnd(512, '\0')),
    tarEnd,
  ]);
}
