/**
 * Settles as `work` does, unless the signal comes first: then rejects with what `interruption` makes, and `work` goes on alone.
 * Leaves no listener on the signal. Whoever started `work` cleans up after it.
 *
 * @param graceMs how much longer `work` is waited for after the signal
 */
export async function unlessAborted<T>(
  signal: AbortSignal,
  work: Promise<T>,
  interruption: () => Error,
  graceMs = 0,
): Promise<T> {
  let onAbort = () => undefined as void;
  let timer: NodeJS.Timeout | undefined;
  const aborted = new Promise<never>((_, reject) => {
    const end = () => reject(interruption());
    onAbort = () => {
      if (graceMs === 0) end();
      else timer = setTimeout(end, graceMs);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
