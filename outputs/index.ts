// Where results go: Arrow files, logs, checkpoints, for use without the command line.

export { openArrowFile } from './arrow/arrow-file.ts';
export type { ArrowFileOptions, ArrowFileReport, ArrowFileSink } from './arrow/arrow-file.ts';
export { openArrowLog } from './arrow/arrow-log.ts';
export type { ArrowLog, ArrowLogOptions } from './arrow/arrow-log.ts';
export type { LogColumns, LogRow } from './arrow/log-rows.ts';

// Exports
export { openEmbeddingsFolder } from './embeddings/embeddings-folder.ts';
export type { EmbeddingsFolderOptions } from './embeddings/embeddings-folder.ts';
export type { EmbeddingsReport } from './embeddings/embeddings-report.ts';
export type { EmbeddingsFolder, WrittenRows } from './embeddings/embeddings-writer.ts';
export type { EmbeddingsManifest, EmbeddingsPart } from './embeddings/embeddings-manifest.ts';
export type { ExportShard } from './embeddings/export-shard.ts';
export { finalizeEmbeddings } from './embeddings/finalize-embeddings.ts';
export type { FinalizedEmbeddings, FinalizeOptions } from './embeddings/finalize-embeddings.ts';
export { writeEmbeddings } from './embeddings/write-embeddings.ts';
export type { EmbeddingsWritten } from './embeddings/write-embeddings.ts';
export { openEmbeddings } from './embeddings/read-embeddings.ts';
export type {
  EmbeddingsBlock,
  EmbeddingsReader,
  OpenEmbeddingsOptions,
} from './embeddings/read-embeddings.ts';

// Runs
export { openRunFolder } from './run/run-folder.ts';
export { readRun } from './run/read-run.ts';
export type { RunFolder, RunFolderOptions } from './run/run-folder.ts';
export type { SavedRun } from './run/read-run.ts';
export { writeMetrics } from './run/write-metrics.ts';
export { saveCheckpoints } from './run/save-checkpoints.ts';
export type { SaveCheckpointsOptions } from './run/save-checkpoints.ts';
export { latestCheckpoint, loadCheckpoint } from './run/checkpoints.ts';
export type { Checkpoint, LatestCheckpoint } from './run/checkpoints.ts';
export { readSafetensors } from './run/read-safetensors.ts';
export { writeSafetensors } from './run/write-safetensors.ts';
export type { ReadSafetensorsOptions } from './run/read-safetensors.ts';
export { readQuarantine, writeQuarantine } from './tables/write-quarantine.ts';

// Models of files
export { readModelSidecar, sidecarPreprocessing } from './model/model-sidecar.ts';
export type { ModelSidecar } from './model/model-sidecar.ts';

// Evaluations
export { writeEvaluation } from './tables/evaluation-files.ts';
export type { EvaluationProvenance, EvaluationReport } from './tables/evaluation-files.ts';
export { readScores } from './tables/read-scores.ts';
export type { ReadScores } from './tables/read-scores.ts';
export { writeComparison } from './tables/comparison-files.ts';

// Transfers
export { writeTransfer } from './tables/transfer-files.ts';
export type { MethodColumns, TransferReport, TransferRows } from './tables/transfer-files.ts';

// Losses
export { gradientSchema, writeGradient } from './embeddings/gradient-file.ts';
export type { GradientProvenance, GradientRows } from './embeddings/gradient-file.ts';

// Theory
export { writeTheory } from './tables/theory-file.ts';
export type { TheoryProvenance } from './tables/theory-file.ts';

// Reading and converting whatever holds Arrow rows
export { openArrowSource } from './convert/arrow-source.ts';
export type { ArrowSource } from './convert/arrow-source.ts';
export { writeParquet } from './convert/parquet-file.ts';
export { writeCsv } from './convert/csv-file.ts';
export type { CsvVectors } from './convert/csv-file.ts';
export type { ConversionOptions, ConversionReport } from './convert/conversion.ts';
export { inspectPath } from './inspect/inspect-path.ts';
export type {
  InspectedColumn,
  InspectedKind,
  InspectedTable,
  Inspection,
  InspectOptions,
} from './inspect/inspection.ts';
