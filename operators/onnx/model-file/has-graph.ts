import type { ByteSource } from './byte-source.ts';
import { protobufFields } from './protobuf-fields.ts';

/**
 * Tests whether a model has a graph. Its outermost fields are read, to the end.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged, cut short or no ONNX model.
 */
export async function hasGraph(source: ByteSource): Promise<boolean> {
  let found = false;
  for await (const { field, end } of protobufFields(source, 0, source.size)) {
    found ||= field === 7 && end > 0;
  }
  return found;
}
