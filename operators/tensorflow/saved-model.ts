import { ProtobufWriter } from '../onnx/graph/protobuf-writer.ts';
import { encodeNodeDef, type NodeDef } from './node-def.ts';

/** The tag under which the graph is found. */
export const graphTag = 'serve';

/**
 * Version of GraphDef in which our nodes are written.
 *
 * @see https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/core/public/release_version.h
 */
const producer = 1882;

/**
 * Serialises a graph as `saved_model.pb`, without checkpoint: its variables have no values yet. Field numbers are those
 * of `saved_model.proto`, `meta_graph.proto` and `graph.proto`.
 */
export function encodeSavedModel(nodes: readonly NodeDef[]): Uint8Array {
  const graph = new ProtobufWriter();
  for (const node of nodes) graph.message(1, encodeNodeDef(node));
  graph.message(4, new ProtobufWriter().integer(1, producer));
  const info = new ProtobufWriter().text(4, graphTag);
  const metaGraph = new ProtobufWriter().message(1, info).message(2, graph);
  return new ProtobufWriter().integer(1, 1).message(2, metaGraph).finish();
}
