import {
  type RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  type Schema,
} from 'apache-arrow';

/**
 * Arrow's file writer with backpressure, its queue taken out.
 *
 * `RecordBatchWriter.write` puts the bytes into a queue without a limit and returns nothing, so nobody
 * upstream can ever wait. This one hands over the bytes of each batch, which the caller brings to the
 * disk before the next. They are views of the batch's own buffers wherever that is possible.
 */
export class ArrowFileWriter extends RecordBatchFileWriter {
  #chunks: Uint8Array[] = [];

  /** The bytes that open the file. */
  begin(schema: Schema): Uint8Array[] {
    this.reset(undefined, schema);
    return this.#take();
  }

  /** The bytes of one batch, with the dictionaries before the first. Its schema must be the file's. */
  encode(batch: RecordBatch): Uint8Array[] {
    this.write(batch);
    return this.#take();
  }

  /** Offset of the next batch, or of its dictionaries. */
  get position(): number {
    return this._position;
  }

  /** Offset of the last batch: after its dictionaries. */
  get lastBatchOffset(): number {
    return this._recordBatchBlocks.at(-1)!.offset;
  }

  /** Forgets the last batch; the next one takes its place in the file. */
  dropLast(): void {
    this._position = this._recordBatchBlocks.pop()!.offset;
  }

  /** The bytes that close the file: end-of-stream mark, footer, magic. */
  end(): Uint8Array[] {
    this.finish();
    return this.#take();
  }

  protected override _write(chunk: unknown): this {
    const bytes = this._started ? bytesOf(chunk) : undefined;
    if (bytes !== undefined && bytes.byteLength > 0) {
      this.#chunks.push(bytes);
      this._position += bytes.byteLength;
    }
    return this;
  }

  #take(): Uint8Array[] {
    const taken = this.#chunks;
    this.#chunks = [];
    return taken;
  }
}

/** Arrow's stream writer with backpressure, its queue taken out: no magic, no footer. */
export class ArrowStreamWriter extends RecordBatchStreamWriter {
  #chunks: Uint8Array[] = [];

  /** The schema message. */
  begin(schema: Schema): Buffer {
    this.reset(undefined, schema);
    return this.#take();
  }

  /** The message of one batch. Its schema must be the stream's. */
  encode(batch: RecordBatch): Buffer {
    this.write(batch);
    return this.#take();
  }

  protected override _write(chunk: unknown): this {
    const bytes = this._started ? bytesOf(chunk) : undefined;
    if (bytes !== undefined) {
      this.#chunks.push(bytes);
      this._position += bytes.byteLength;
    }
    return this;
  }

  #take(): Buffer {
    const taken = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return taken;
  }
}

/** End-of-stream mark: a continuation mark and a length of 0. */
export const endOfStream: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

function bytesOf(chunk: unknown): Uint8Array {
  if (!ArrayBuffer.isView(chunk)) throw new TypeError('Expected Arrow to write typed arrays');
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
