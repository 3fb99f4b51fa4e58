import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../errors.ts';
import { readText } from '../../threads/control-groups.ts';

/** An NVIDIA graphics card, as far as the system tells. */
export interface NvidiaCard {
  readonly name: string;
  /** Compute capability, such as `8.6`. */
  readonly capability: string | null;
  /** Memory in MiB. */
  readonly memory: number | null;
}

/** NVIDIA's driver and the cards behind it. */
export interface NvidiaDriver {
  /** Such as `550.54.14`; null where it is not told. */
  readonly version: string | null;
  /** False where the kernel has the driver and this process sees none of its devices, as in a container. */
  readonly hasDevices: boolean;
  readonly cards: readonly NvidiaCard[];
  /** Objection of `nvidia-smi`, such as that the driver was updated and not yet loaded anew. */
  readonly complaint: string | null;
}

/** The system to look at; a test looks at another. */
export interface NvidiaSystem {
  /** Folder that holds `proc`, `dev` and `usr`. @default '/' */
  readonly root?: string | undefined;
  /** @default process.platform */
  readonly platform?: string | undefined;
  /** Output of `nvidia-smi` for `query`, or undefined where it is not installed. @default it is run */
  readonly smi?: ((query: readonly string[]) => Promise<string | undefined>) | undefined;
}

const query = [
  '--query-gpu=index,name,compute_cap,driver_version,memory.total',
  '--format=csv,noheader',
];

/**
 * The NVIDIA driver of this machine, or undefined where there is none. Nothing is started there, and on other systems
 * than Linux (with WSL), where TensorFlow has no CUDA.
 */
export async function findNvidiaDriver({
  root = '/',
  platform = process.platform,
  smi = runSmi,
}: NvidiaSystem = {}): Promise<NvidiaDriver | undefined> {
  if (platform !== 'linux') return undefined;
  const told = readText(path.join(root, 'proc/driver/nvidia/version'));
  // The driver of WSL is that of Windows, with this library on the side of Linux.
  const isWsl = existsSync(path.join(root, 'usr/lib/wsl/lib/libcuda.so.1'));
  const hasDevices = isWsl || existsSync(path.join(root, 'dev/nvidiactl'));
  if (told === undefined && !hasDevices) return undefined;
  const { rows, complaint } = hasDevices ? await askedSmi(smi) : { rows: [], complaint: null };
  const cards = rows.length > 0 ? rows : listedCards(root);
  const version = moduleVersion(told) ?? rows[0]?.driver ?? null;
  return {
    version,
    hasDevices,
    cards: cards.map(({ name, capability, memory }) => ({ name, capability, memory })),
    complaint,
  };
}

/**
 * Version in a line such as `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 …`, in which the open
 * module calls itself `NVIDIA UNIX Open Kernel Module for x86_64`.
 */
function moduleVersion(told = ''): string | undefined {
  return /^NVRM version:.*?\s(\d{3,}\.\d+(?:\.\d+)?)\s/mu.exec(`${told}\n`)?.[1];
}

/** Cards that the kernel module lists, by name alone. */
function listedCards(root: string): readonly NvidiaCard[] {
  const folder = path.join(root, 'proc/driver/nvidia/gpus');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .map((bus) => {
      const told = readText(path.join(folder, bus, 'information')) ?? '';
      const name = /^Model:\s*(.+)$/mu.exec(told)?.[1]?.trim();
      return { name: name ?? `the card at ${bus}`, capability: null, memory: null };
    });
}

interface SmiRow extends NvidiaCard {
  readonly driver: string;
}

async function askedSmi(
  smi: NonNullable<NvidiaSystem['smi']>,
): Promise<{ readonly rows: readonly SmiRow[]; readonly complaint: string | null }> {
  try {
    const printed = (await smi(query)) ?? '';
    return { rows: printed.split('\n').flatMap(rowOf), complaint: null };
  } catch (error) {
    const [first = ''] = messageOf(error).trim().split('\n');
    return { rows: [], complaint: first };
  }
}

/** A line such as `0, NVIDIA GeForce RTX 3090, 8.6, 550.54.14, 24576 MiB`; what is not known is `[N/A]` in it. */
function rowOf(line: string): readonly SmiRow[] {
  const fields = /^\d+, (.+), ([^,]+), ([^,]+), ([^,]+)$/u.exec(line.trim());
  if (fields === null) return [];
  const [, name = '', capability = '', driver = '', memory = ''] = fields;
  const mebibytes = /^(\d+) MiB$/u.exec(memory)?.[1];
  return [
    {
      name,
      capability: /^\d+\.\d+$/u.test(capability) ? capability : null,
      driver,
      memory: mebibytes === undefined ? null : Number(mebibytes),
    },
  ];
}

/**
 * @throws {Error} With what it printed, where it fails: it prints its errors on its standard output.
 */
async function runSmi(args: readonly string[]): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(20_000);
    const { stdout } = await promisify(execFile)('nvidia-smi', args, { signal });
    return stdout;
  } catch (error) {
    const { code, stdout } = error as NodeJS.ErrnoException & { readonly stdout?: string };
    if (code === 'ENOENT' || code === 'EACCES') return undefined;
    throw new Error(stdout?.trim() || messageOf(error), { cause: error });
  }
}
