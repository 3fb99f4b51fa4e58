// Where results go, and where they are read again: Arrow files, logs, exports, checkpoints.

// Arrow files, written as they grow and complete when they appear
export { openArrowFile } from './arrow/arrow-file.ts';
export type { ArrowFileReport, ArrowFileSink } from './arrow/arrow-file.ts';
export { openArrowLog } from './arrow/arrow-log.ts';
export type { ArrowLog } from './arrow/arrow-log.ts';

// Exports
export { openEmbeddingsFolder } from './embeddings/embeddings-folder.ts';
export type { EmbeddingsFolder } from './embeddings/embeddings-folder.ts';
export { writeEmbeddings } from './embeddings/write-embeddings.ts';
export { finalizeEmbeddings } from './embeddings/finalize-embeddings.ts';
export { openEmbeddings } from './embeddings/read-embeddings.ts';
export type { EmbeddingsBlock, EmbeddingsReader } from './embeddings/read-embeddings.ts';
export type { EmbeddingsManifest } from './embeddings/embeddings-manifest.ts';

// Runs
export { openRunFolder } from './run/run-folder.ts';
export type { RunFolder } from './run/run-folder.ts';
export { readRun } from './run/read-run.ts';
export type { SavedRun } from './run/read-run.ts';
export { writeMetrics } from './run/write-metrics.ts';
export { writeSamples } from './run/write-samples.ts';
export { saveCheckpoints } from './run/save-checkpoints.ts';
export { readSafetensors } from './run/read-safetensors.ts';
export { writeSafetensors } from './run/write-safetensors.ts';
export { readQuarantine } from './tables/write-quarantine.ts';

// Models of files
export { readModelSidecar, sidecarPreprocessing } from './model/model-sidecar.ts';
export type { ModelSidecar } from './model/model-sidecar.ts';

// Evaluations
export { writeEvaluation } from './tables/evaluation-files.ts';
export { readScores } from './tables/read-scores.ts';
export type { ReadScores } from './tables/read-scores.ts';

// Reading, converting and inspecting whatever holds Arrow rows
export { openArrowSource } from './convert/arrow-source.ts';
export type { ArrowSource } from './convert/arrow-source.ts';
export { writeParquet } from './convert/parquet-file.ts';
export { writeCsv } from './convert/csv-file.ts';
export { inspectPath } from './inspect/inspect-path.ts';
export type { Inspection } from './inspect/inspection.ts';
