import type { Json } from '../../operators/files/json.ts';

/** Kind of a file or folder. */
export type InspectedKind =
  | 'embeddings'
  | 'prepared'
  | 'run'
  | 'evaluation'
  | 'results'
  | 'folder'
  | 'file'
  | 'arrow-file'
  | 'arrow-stream'
  | 'safetensors'
  | 'onnx'
  | 'vectors'
  | 'map'
  | 'images';

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

/** Description of a file or folder, as plain JSON. */
export interface Inspection {
  readonly path: string;
  readonly kind: InspectedKind;
  /** One sentence. */
  readonly what: string;
  /** Single values by name, such as `rows`. */
  readonly facts: Readonly<Record<string, Json>>;
  /** Metadata that its writer left in it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Empty for what has no Arrow schema. */
  readonly columns: readonly InspectedColumn[];
  readonly tables: readonly InspectedTable[];
  /** First rows; vectors are lists of their first values. */
  readonly preview: readonly Readonly<Record<string, Json>>[];
  /** Damage and absences, in sentences; empty when none are known. */
  readonly problems: readonly string[];
}

/** Options of `inspectPath`. */
export interface InspectPathOptions {
  /** First rows to show, 0 or more. @default 5 */
  readonly rows?: number | undefined;
  /** Read everything, and compare hashes and counts. @default false */
  readonly verify?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Progress: rows read, of how many. */
  readonly onRows?: ((rows: number, total: number) => void) | undefined;
}
