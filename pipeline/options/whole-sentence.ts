/** `params` of an issue whose message is a sentence of its own, and not what follows "Expected … to be". */
export const wholeSentence: { readonly wholeSentence: true } = { wholeSentence: true };
