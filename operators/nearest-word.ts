/**
 * Spelling suggestion: the word of `words` that a mistyped one most likely meant, or undefined when
 * none is near.
 *
 * Near is at most one edit (insert, delete, replace, swap of neighbours) for every three letters, case
 * and `-` aside. Ties go to the first.
 */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  const folded = fold(typed);
  let nearest: string | undefined;
  let fewest = Math.max(1, Math.floor(folded.length / 3)) + 1;
  for (const word of words) {
    const edits = editDistance(folded, fold(word));
    if (edits < fewest) {
      fewest = edits;
      nearest = word;
    }
  }
  return nearest;
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Optimal string alignment distance, by dynamic programming, a row at a time. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let edits = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + same);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) edits = Math.min(edits, before[column - 2]! + 1);
      current.push(edits);
    }
    before = above;
    above = current;
  }
  return above[b.length]!;
}
