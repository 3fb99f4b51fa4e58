/**
 * Work that takes no more than a share of one core: whoever asks for it too soon gets what there is, and those who ask while it
 * is done wait for the same.
 *
 * @param share Above 0 to 1.
 * @returns Rejects as `work` does, and may be asked again.
 */
export function sparing(share: number, work: () => Promise<void>): () => Promise<void> {
  let notBefore = 0;
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    const begun = performance.now();
    try {
      await work();
    } finally {
      const now = performance.now();
      notBefore = now + (now - begun) * (1 / share - 1);
      running = undefined;
    }
  };
  return async () => {
    if (running === undefined && performance.now() < notBefore) return;
    running ??= run();
    await running;
  };
}
