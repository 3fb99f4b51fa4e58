import type { Json } from '../files/json.ts';

/** What a path turned out to be. */
export type InspectedKind =
  | 'embeddings'
  | 'run'
  | 'evaluation'
  | 'folder'
  | 'arrow-file'
  | 'arrow-stream'
  | 'safetensors'
  | 'onnx';

/** A column of an Arrow schema. */
export type InspectedColumn = {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
};

/** Records under a title; all have the same keys. */
export interface InspectedTable {
  readonly title: string;
  readonly records: readonly Readonly<Record<string, Json>>[];
}

/** What a file or folder holds, as plain JSON. */
export interface Inspection {
  readonly path: string;
  readonly kind: InspectedKind;
  /** One sentence. */
  readonly what: string;
  /** Single values by name, such as `rows`. */
  readonly facts: Readonly<Record<string, Json>>;
  /** What its writer noted in it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Empty for what has no Arrow schema. */
  readonly columns: readonly InspectedColumn[];
  readonly tables: readonly InspectedTable[];
  /** First rows; vectors are lists of their first values. */
  readonly preview: readonly Readonly<Record<string, Json>>[];
  /** What is damaged or missing, in sentences; empty when nothing is known to be. */
  readonly problems: readonly string[];
}

/** How much is looked at. */
export interface InspectOptions {
  /** First rows to show, 0 or more. @default 5 */
  readonly rows?: number | undefined;
  /** Whether everything is read, and hashes and counts are compared. @default false */
  readonly verify?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how many rows of how many were read. */
  readonly onRows?: ((rows: number, total: number) => void) | undefined;
}
