/**
 * Settles as `work` does, unless the signal comes first: then rejects with what `interruption` makes, and `work` goes on alone.
 * Leaves no listener on the signal. Whoever started `work` cleans up after it.
 */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>, interruption: () => Error): Promise<T> {
  let onAbort = () => undefined as void;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(interruption());
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
