import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ownMemory } from '../own-memory.ts';
import { messageOf, PipelineError } from '../errors.ts';
import { graphNames, graphNodes, type GraphPrograms } from './graph-programs.ts';
import type { NativeBinding, NativeTensor } from './native-binding.ts';
import { encodeSavedModel, graphTag } from './saved-model.ts';

/** Numbers of a tensor and its sizes. */
export interface GraphInput {
  readonly values: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** A compiled graph with its variables. Every call blocks its thread until the result is there. */
export interface GraphSession {
  /**
   * Runs a program.
   *
   * @param inputs Its inputs by name, but for those that are variables. Copied.
   * @returns Its float32 outputs by name, but for those that are assigned.
   */
  run(
    program: string,
    inputs: Readonly<Record<string, GraphInput>>,
  ): Readonly<Record<string, Float32Array>>;
  /** Sets variables. The numbers are copied. */
  assign(values: ReadonlyMap<string, Float32Array>): void;
  /** Copies of variables. */
  values(names: readonly string[]): ReadonlyMap<string, Float32Array>;
  /** Sets variables to 0. */
  clear(names: readonly string[]): void;
  /** Frees the graph, its session and its variables. */
  release(): void;
}

/**
 * Compiles programs for TensorFlow's graph runtime, by the SavedModel reader of the addon.
 *
 * The file, in the folder for temporary ones, exists while it is read. Graphs are compiled for a device, and for the
 * shapes of a program, at the first run.
 *
 * @throws {PipelineError} `ERR_WRITE` when that folder cannot be written.
 */
export function openGraphSession(binding: NativeBinding, parts: GraphPrograms): GraphSession {
  const { nodes, outputs } = graphNodes(parts);
  const session = loaded(binding, encodeSavedModel(nodes));
  const programs = new Map(parts.programs.map((program) => [program.name, program]));
  const { variables } = parts;

  const own = ownMemory();

  const call = (
    inputs: readonly (readonly [name: string, input: GraphInput])[],
    fetched: readonly string[],
  ): readonly NativeTensor[] => {
    const ids = inputs.map(([, { values, shape }]) =>
      // It copies them, so that the next one may lie in the same memory.
      binding.createTensor(shape, binding.TF_INT32, bitsOf(own(values))),
    );
    try {
      const names = inputs.map(([name]) => `${name}:0`).join(',');
      return binding.runSavedModel(session, ids, names, fetched.map(withIndex).join(','));
    } finally {
      for (const id of ids) binding.deleteTensor(id);
    }
  };
  const numbersOf = ({ id }: NativeTensor): Float32Array => {
    try {
      return binding.tensorDataSync(id);
    } finally {
      binding.deleteTensor(id);
    }
  };
  /** Runs what writes, of which nothing is fetched but that it has run. */
  const write = (...given: Parameters<typeof call>): void => {
    for (const { id } of call(...given)) binding.deleteTensor(id);
  };

  return {
    run(name, inputs) {
      const { model, assigned } = programs.get(name)!;
      const feeds = model.inputs
        .filter(({ name: input }) => !variables.has(input))
        .map(({ name: input }) => [graphNames.bits(name, input), inputs[input]!] as const);
      const results = model.outputs.flatMap(({ name }) => (assigned?.has(name) ? [] : [name]));
      const references = results.map((result) => outputs.get(name)!.get(result)!);
      const [done, ...tensors] = call(feeds, [graphNames.done(name), ...references]);
      binding.deleteTensor(done!.id);
      return Object.fromEntries(results.map((result, at) => [result, numbersOf(tensors[at]!)]));
    },
    assign(values) {
      const given = [...values].map(
        ([name, numbers]) =>
          [graphNames.given(name), { values: numbers, shape: variables.get(name)! }] as const,
      );
      write(given, [...values.keys()].map(graphNames.assigned));
    },
    values(names) {
      const tensors = names.length === 0 ? [] : call([], names.map(graphNames.value));
      return new Map(names.map((name, at) => [name, numbersOf(tensors[at]!)]));
    },
    clear(names) {
      if (names.length > 0) write([], names.map(graphNames.zeroed));
    },
    release: () => binding.deleteSavedModel(session),
  };
}

/** The bits of numbers as integers, without a copy. */
function bitsOf(values: Float32Array | Int32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

function withIndex(reference: string): string {
  return reference.includes(':') ? reference : `${reference}:0`;
}

function loaded(binding: NativeBinding, model: Uint8Array): number {
  const parent = tmpdir();
  const folder = written(parent, () => mkdtempSync(path.join(parent, 'sincere-graph-')));
  try {
    written(parent, () => writeFileSync(path.join(folder, 'saved_model.pb'), model));
    return binding.loadSavedModel(folder, graphTag);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The result of writing below the folder for temporary files, with the way out where that cannot be. */
function written<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw new PipelineError(
      'ERR_WRITE',
      `TensorFlow reads its graph from a file, which could not be written to the temporary folder ` +
        `\`${folder}\`: ${messageOf(cause)}. Make room in it, or set \`TMPDIR\` to a folder that can be written`,
      { cause, path: folder },
    );
  }
}
