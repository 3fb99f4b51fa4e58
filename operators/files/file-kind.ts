import { type FileWindow, openFileWindow } from './file-window.ts';
import { counted } from '../message-words.ts';

/** First bytes that are looked at. */
const headBytes = 1024;

/**
 * Names a file by what it begins with, when it is of a kind that is mistaken for a model: texts that stand for a download
 * that did not happen, archives, weights in other formats.
 *
 * @returns A noun phrase with the way out, such as "an HTML page: …"; undefined when its beginning says nothing.
 */
export async function mistakenKind(window: FileWindow): Promise<string | undefined> {
  const kind = await kindOf(window);
  return kind && phrase(kind.what, kind.wayOut ?? kind.wayToModel);
}

/**
 * As `mistakenKind`, for a file of any format that turned out to be none: the way to a model is not told.
 *
 * @param otherwise What is said when its beginning says nothing.
 * @throws {PipelineError} `ERR_READ`.
 */
export async function kindInstead(path: string, otherwise: string): Promise<string> {
  const window = await openFileWindow(path);
  try {
    const kind = await kindOf(window);
    return kind === undefined ? otherwise : phrase(kind.what, kind.wayOut);
  } finally {
    await window.close();
  }
}

/** A kind of file. */
interface FileKind {
  /** A noun phrase. */
  readonly what: string;
  /** Way to the file that was meant, whatever it is. */
  readonly wayOut?: string;
  /** Way to a model, where one was meant. */
  readonly wayToModel?: string;
}

interface KnownKind {
  readonly begins: (head: Buffer) => boolean;
  readonly kind: FileKind | ((head: Buffer) => FileKind);
}

async function kindOf(window: FileWindow): Promise<FileKind | undefined> {
  if (window.size === 0) return { what: 'an empty file', wayOut: 'download or copy it again' };
  const head = Buffer.from(await window.bytes(0, headBytes));
  const kind = kinds.find(({ begins }) => begins(head))?.kind;
  return typeof kind === 'function' ? kind(head) : kind;
}

function phrase(what: string, wayOut: string | undefined): string {
  return wayOut === undefined ? what : `${what}: ${wayOut}`;
}

function exported(how = ''): Pick<FileKind, 'wayToModel'> {
  return { wayToModel: `export the model to ONNX${how}` };
}

const unpacked = { wayOut: 'unpack it' };
const another = { wayToModel: 'give the model itself' };

const kinds: readonly KnownKind[] = [
  { begins: text(/^version https:\/\/git-lfs/u), kind: lfsPointer },
  {
    begins: text(/^\s*(?:<!doctype html|<html|<head|<body)/iu),
    kind: {
      what: 'an HTML page, which a download gave instead of the file',
      wayOut: 'download it again, signed in if it asks for that',
    },
  },
  {
    begins: text(/^\s*<\?xml/iu),
    kind: {
      what: 'an XML file, such as the answer of a server or a model of OpenVINO',
      ...exported(', or download it again'),
    },
  },
  {
    begins: (head) => /^[\s\S]{8}\{/u.test(head.toString('latin1')) && head.readUInt32LE(4) === 0,
    kind: {
      what: 'weights in safetensors, without the network that they belong to',
      ...exported(),
    },
  },
  {
    begins: text(/^\s*[{[]\s*["{}[\]\d]/u),
    kind: { what: 'a JSON file', wayToModel: 'give the model, which may be beside it' },
  },
  { begins: magic('PK\x03\x04'), kind: zipArchive },
  {
    begins: (head) => head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5,
    kind: {
      what: 'a pickle of Python, such as weights of PyTorch',
      ...exported(' (`torch.onnx.export`)'),
    },
  },
  { begins: magic('\x1f\x8b'), kind: { what: 'a gzip archive', ...unpacked } },
  { begins: magic('BZh'), kind: { what: 'a bzip2 archive', ...unpacked } },
  { begins: magic('\xfd7zXZ'), kind: { what: 'an xz archive', ...unpacked } },
  { begins: magic('\x28\xb5\x2f\xfd'), kind: { what: 'a zstd archive', ...unpacked } },
  { begins: magic('7z\xbc\xaf'), kind: { what: 'a 7z archive', ...unpacked } },
  { begins: magic('ustar', 257), kind: { what: 'a tar archive', ...unpacked } },
  {
    begins: magic('TFL3', 4),
    kind: { what: 'a model of TensorFlow Lite', ...exported(' (`tf2onnx`)') },
  },
  {
    begins: magic('ORTM', 4),
    kind: {
      what: 'a model in the ORT format of ONNX Runtime, which does not say what it holds',
      wayToModel: 'give the ONNX file that it was made of',
    },
  },
  {
    begins: magic('\x89HDF\r\n'),
    kind: { what: 'an HDF5 file, such as a model of Keras', ...exported(' (`tf2onnx`)') },
  },
  { begins: magic('GGUF'), kind: { what: 'weights in GGUF', ...exported() } },
  { begins: magic('\x93NUMPY'), kind: { what: 'an array of NumPy', ...another } },
  { begins: magic('ARROW1'), kind: { what: 'an Arrow file', ...another } },
  { begins: magic('\x89PNG'), kind: { what: 'a PNG image', ...another } },
  { begins: magic('\xff\xd8\xff'), kind: { what: 'a JPEG image', ...another } },
];

function magic(bytes: string, at = 0): KnownKind['begins'] {
  return (head) => head.toString('latin1', at, at + bytes.length) === bytes;
}

function text(pattern: RegExp): KnownKind['begins'] {
  // A mark of the order of bytes may stand before it.
  return (head) => pattern.test(head.toString('utf8').replace(/^\uFEFF/u, ''));
}

function lfsPointer(head: Buffer): FileKind {
  const size = /^size (\d+)$/mu.exec(head.toString('utf8'))?.[1];
  const of = size === undefined ? '' : ` of ${counted(Number(size), 'byte')}`;
  return {
    what: `a Git LFS pointer, a text that stands for the file${of} itself`,
    wayOut: 'fetch it with `git lfs pull`, or download it',
  };
}

function zipArchive(head: Buffer): FileKind {
  return /data\.pkl|\/version|\.data\//u.test(head.toString('latin1'))
    ? {
        what: 'a file of PyTorch (a zip archive with a pickle)',
        ...exported(' (`torch.onnx.export`)'),
      }
    : { what: 'a zip archive', ...unpacked };
}
