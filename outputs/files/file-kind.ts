import { type FileWindow, openFileWindow } from './file-window.ts';
import { counted } from '../../operators/message-words.ts';

/** First bytes that are looked at. */
const headBytes = 1024;

/**
 * Names a file by what it begins with, when it is of a kind that is mistaken for a model: texts that stand for a download
 * that did not happen, archives, weights in other formats.
 *
 * @returns A noun phrase with the way out, such as "an HTML page: …"; undefined when its beginning says nothing.
 */
export async function mistakenKind(window: FileWindow): Promise<string | undefined> {
  if (window.size === 0) return 'an empty file: download or copy it again';
  const head = Buffer.from(await window.bytes(0, headBytes));
  return kinds.find(({ begins }) => begins(head))?.what(head);
}

/**
 * As `mistakenKind`, for a file of any format that turned out to be none.
 *
 * @param otherwise What is said when its beginning says nothing.
 * @throws {PipelineError} `ERR_READ`.
 */
export async function kindInstead(path: string, otherwise: string): Promise<string> {
  const window = await openFileWindow(path);
  try {
    return (await mistakenKind(window)) ?? otherwise;
  } finally {
    await window.close();
  }
}

interface Kind {
  readonly begins: (head: Buffer) => boolean;
  readonly what: (head: Buffer) => string;
}

const exportIt = 'export the model to ONNX';

const kinds: readonly Kind[] = [
  { begins: text(/^version https:\/\/git-lfs/u), what: lfsPointer },
  {
    begins: text(/^\s*(?:<!doctype html|<html|<head|<body)/iu),
    what: () =>
      'an HTML page, which a download gave instead of the file: download it again, signed in if it asks for that',
  },
  {
    begins: text(/^\s*<\?xml/iu),
    what: () =>
      `an XML file, such as the answer of a server or a model of OpenVINO: ${exportIt}, or download it again`,
  },
  {
    begins: (head) => /^[\s\S]{8}\{/u.test(head.toString('latin1')) && head.readUInt32LE(4) === 0,
    what: () => `weights in safetensors, without the network that they belong to: ${exportIt}`,
  },
  { begins: text(/^\s*[{[]\s*["{}[\]\d]/u), what: () => `a JSON file: is the model beside it?` },
  { begins: magic('PK\x03\x04'), what: zipArchive },
  {
    begins: (head) => head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5,
    what: () =>
      `a pickle of Python, such as weights of PyTorch: ${exportIt} (\`torch.onnx.export\`)`,
  },
  { begins: magic('\x1f\x8b'), what: () => 'a gzip archive: unpack it' },
  { begins: magic('BZh'), what: () => 'a bzip2 archive: unpack it' },
  { begins: magic('\xfd7zXZ'), what: () => 'an xz archive: unpack it' },
  { begins: magic('\x28\xb5\x2f\xfd'), what: () => 'a zstd archive: unpack it' },
  { begins: magic('7z\xbc\xaf'), what: () => 'a 7z archive: unpack it' },
  { begins: magic('ustar', 257), what: () => 'a tar archive: unpack it' },
  { begins: magic('TFL3', 4), what: () => `a model of TensorFlow Lite: ${exportIt} (\`tf2onnx\`)` },
  {
    begins: magic('ORTM', 4),
    what: () =>
      'a model in the ORT format of ONNX Runtime, which does not say what it holds: give the ONNX file that it was made of',
  },
  {
    begins: magic('\x89HDF\r\n'),
    what: () => `an HDF5 file, such as a model of Keras: ${exportIt} (\`tf2onnx\`)`,
  },
  { begins: magic('GGUF'), what: () => `weights in GGUF: ${exportIt}` },
  { begins: magic('\x93NUMPY'), what: () => 'an array of NumPy: give the model itself' },
  { begins: magic('ARROW1'), what: () => 'an Arrow file: give the model itself' },
  { begins: magic('\x89PNG'), what: () => 'a PNG image: give the model itself' },
  { begins: magic('\xff\xd8\xff'), what: () => 'a JPEG image: give the model itself' },
];

function magic(bytes: string, at = 0): Kind['begins'] {
  return (head) => head.toString('latin1', at, at + bytes.length) === bytes;
}

function text(pattern: RegExp): Kind['begins'] {
  // A mark of the order of bytes may stand before it.
  return (head) => pattern.test(head.toString('utf8').replace(/^\uFEFF/u, ''));
}

function lfsPointer(head: Buffer): string {
  const size = /^size (\d+)$/mu.exec(head.toString('utf8'))?.[1];
  const of = size === undefined ? '' : ` of ${counted(Number(size), 'byte')}`;
  return `a Git LFS pointer, a text that stands for the file${of} itself: fetch it with \`git lfs pull\`, or download it`;
}

function zipArchive(head: Buffer): string {
  return /data\.pkl|\/version|\.data\//u.test(head.toString('latin1'))
    ? `a file of PyTorch (a zip archive with a pickle): ${exportIt} (\`torch.onnx.export\`)`
    : 'a zip archive: unpack it';
}
