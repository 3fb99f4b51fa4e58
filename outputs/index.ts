// Where results go: Arrow files, logs, checkpoints, for use without the command line.

export { openArrowFile } from './arrow-file.ts';
export type { ArrowFileOptions, ArrowFileReport, ArrowFileSink } from './arrow-file.ts';
export { openArrowLog } from './arrow-log.ts';
export type { ArrowLog, ArrowLogOptions, LogColumns, LogRow } from './arrow-log.ts';

// Exports
export { openEmbeddingsFolder } from './embeddings-folder.ts';
export type {
  EmbeddingsFolder,
  EmbeddingsFolderOptions,
  EmbeddingsReport,
  WrittenRows,
} from './embeddings-folder.ts';
export type { EmbeddingsManifest, EmbeddingsPart } from './embeddings-manifest.ts';
export type { ExportShard } from './export-shard.ts';
export { finalizeEmbeddings } from './finalize-embeddings.ts';
export type { FinalizedEmbeddings, FinalizeOptions } from './finalize-embeddings.ts';
export { writeEmbeddings } from './write-embeddings.ts';
export type { EmbeddingsWritten } from './write-embeddings.ts';
export { openEmbeddings } from './read-embeddings.ts';
export type {
  EmbeddingsBlock,
  EmbeddingsReader,
  OpenEmbeddingsOptions,
} from './read-embeddings.ts';

// Runs
export { openRunFolder, readRun } from './run-folder.ts';
export type { RunFolder, RunFolderOptions, SavedRun } from './run-folder.ts';
export { writeMetrics } from './write-metrics.ts';
export { saveCheckpoints } from './save-checkpoints.ts';
export type { SaveCheckpointsOptions } from './save-checkpoints.ts';
export { latestCheckpoint, loadCheckpoint } from './checkpoints.ts';
export type { Checkpoint, LatestCheckpoint } from './checkpoints.ts';
export { readSafetensors, writeSafetensors } from './safetensors.ts';
export type { ReadSafetensorsOptions } from './safetensors.ts';
export { readQuarantine, writeQuarantine } from './write-quarantine.ts';

// Models of files
export { readModelSidecar, sidecarPreprocessing } from './model-sidecar.ts';
export type { ModelSidecar } from './model-sidecar.ts';

// Evaluations
export { writeEvaluation } from './evaluation-files.ts';
export type { EvaluationProvenance, EvaluationReport } from './evaluation-files.ts';
export { readScores } from './read-scores.ts';
export type { ReadScores } from './read-scores.ts';
export { writeComparison } from './comparison-files.ts';

// Transfers
export { writeTransfer } from './transfer-files.ts';
export type { MethodColumns, TransferReport, TransferRows } from './transfer-files.ts';

// Losses
export { gradientSchema, writeGradient } from './gradient-file.ts';
export type { GradientProvenance, GradientRows } from './gradient-file.ts';

// Theory
export { writeTheory } from './theory-file.ts';
export type { TheoryProvenance } from './theory-file.ts';

// Reading and converting whatever holds Arrow rows
export { openArrowSource } from './arrow-source.ts';
export type { ArrowSource } from './arrow-source.ts';
export { writeParquet } from './parquet-file.ts';
export { writeCsv } from './csv-file.ts';
export type { CsvVectors } from './csv-file.ts';
export type { ConversionOptions, ConversionReport } from './conversion.ts';
export { inspectPath } from './inspect/inspect-path.ts';
export type {
  InspectedColumn,
  InspectedKind,
  InspectedTable,
  Inspection,
  InspectOptions,
} from './inspect/inspection.ts';
