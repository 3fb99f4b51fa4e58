/** Content of one slot of a table: a number of so many bytes, text, a list of structs, or tables. */
export type Slot =
  | 1
  | 2
  | 4
  | 8
  | 'text'
  | { readonly structs: number }
  | { readonly table: () => Table }
  | { readonly tables: () => Table }
  /** The slot before it holds the number that says which table. */
  | { readonly oneOf: (tag: number) => Table };

/** The slots of a table, in the order of their numbers. */
export type Table = readonly Slot[];

/** Deepest nesting of tables; columns of columns are some levels deep. */
const deepest = 64;

/**
 * Verification of a FlatBuffer: every offset leads to where all that it promises fits in.
 *
 * The decoders of JavaScript take what lies outside for zero, and a list for as long as it says that it is: damaged bytes
 * make them work for hours, or hold more than there is memory.
 *
 * @param root Slots of the outermost table; those of later versions of a format may be missing.
 * @throws {Error} Saying where it is damaged.
 * @see https://flatbuffers.dev/internals/
 */
export function checkFlatbuffer(bytes: Uint8Array, root: Table): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // A table takes some bytes. More of them than that are the same ones, again and again.
  let left = bytes.byteLength >> 2;

  const fits = (position: number, size: number): void => {
    if (position < 0 || size < 0 || position + size > view.byteLength) {
      throw new Error(`its metadata is damaged at byte ${position}`);
    }
  };
  const uint32 = (position: number): number => {
    fits(position, 4);
    return view.getUint32(position, true);
  };
  const leadsTo = (position: number): number => position + uint32(position);
  const checkList = (position: number, elementBytes: number): number => {
    const count = uint32(position);
    fits(position + 4, count * elementBytes);
    return count;
  };
  const checkSlot = (slot: Slot, position: number, tag: number, depth: number): void => {
    if (typeof slot === 'number') return fits(position, slot);
    const target = leadsTo(position);
    if (slot === 'text') checkList(target, 1);
    else if ('structs' in slot) checkList(target, slot.structs);
    else if ('table' in slot) checkTable(target, slot.table(), depth + 1);
    else if ('oneOf' in slot) checkTable(target, slot.oneOf(tag), depth + 1);
    else {
      const count = checkList(target, 4);
      for (let at = 1; at <= count; at += 1) {
        checkTable(leadsTo(target + 4 * at), slot.tables(), depth + 1);
      }
    }
  };
  const checkTable = (position: number, slots: Table, depth: number): void => {
    left -= 1;
    if (left < 0 || depth > deepest) throw new Error('its metadata refers to itself');
    fits(position, 4);
    const offsets = position - view.getInt32(position, true);
    fits(offsets, 4);
    const offsetsBytes = view.getUint16(offsets, true);
    if (offsetsBytes > 0x7fff) fits(offsets, Infinity);
    fits(offsets, offsetsBytes);
    let tag = 0;
    for (const [number, slot] of slots.entries()) {
      const entry = 4 + 2 * number;
      const offset = entry + 2 <= offsetsBytes ? view.getUint16(offsets + entry, true) : 0;
      if (offset > 0x7fff) fits(position + offset, Infinity);
      if (offset !== 0) checkSlot(slot, position + offset, tag, depth);
      tag = offset !== 0 && slot === 1 ? view.getUint8(position + offset) : 0;
    }
  };
  checkTable(leadsTo(0), root, 0);
}

/**
 * Bytes of a list of structs in the outermost table, which must have been checked.
 *
 * @param number Number of the slot.
 * @returns Empty where there is no such list.
 */
export function structsOf(bytes: Uint8Array, number: number, structBytes: number): DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slot = slotOf(view, view.getUint32(0, true), number);
  if (slot === 0) return new DataView(bytes.buffer, bytes.byteOffset, 0);
  const list = slot + view.getUint32(slot, true);
  const length = view.getUint32(list, true) * structBytes;
  return new DataView(bytes.buffer, bytes.byteOffset + list + 4, length);
}

/**
 * A number of 16 bits in a table below the outermost one, which must have been checked.
 *
 * @param table Number of the slot that leads to the table.
 * @param number Number of the slot in it.
 * @returns 0, as the format has it, where it is not there.
 */
export function int16Of(bytes: Uint8Array, table: number, number: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const below = slotOf(view, view.getUint32(0, true), table);
  const slot = below === 0 ? 0 : slotOf(view, below + view.getUint32(below, true), number);
  return slot === 0 ? 0 : view.getInt16(slot, true);
}

/** Place of a slot of a table; 0 when it is not there. */
function slotOf(view: DataView, table: number, number: number): number {
  const offsets = table - view.getInt32(table, true);
  const entry = 4 + 2 * number;
  const isThere = entry + 2 <= view.getUint16(offsets, true);
  const offset = isThere ? view.getUint16(offsets + entry, true) : 0;
  return offset === 0 ? 0 : table + offset;
}
