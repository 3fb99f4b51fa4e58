/** Provenance of an evaluation that nobody made. */
export const provenance = {
  modelHash: 'm',
  trainHash: 'a',
  testHash: 'b',
  trainImages: 'c',
  testImages: 'd',
  temperature: 0.1,
  contrasted: { images: 2, of: 2 },
};
