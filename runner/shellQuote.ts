const SHELL_SAFE = /^[A-Za-z0-9_./:=@%+-]+$/;

/** A word as a POSIX shell takes it whole. */
export function shellQuote(word: string): string {
  return SHELL_SAFE.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}
