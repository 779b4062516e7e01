/** Shorter parts of a URL are words like "metrics"; tokens of all services here are longer. */
const MIN_PART = 8;

function partsOf(secret: string): string[] {
  if (!URL.canParse(secret)) return [secret];
  const { pathname, search, searchParams } = new URL(secret);
  const words = [...(pathname + search).split(/[/?&=]/), ...searchParams.values()];
  const parts = words.filter((part) => part.length >= MIN_PART);
  return [secret, ...[pathname + search, pathname].filter((part) => part.length > 1), ...parts];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a key with a % that encodes nothing
  }
}

/** A text of somebody else without secrets, and without path, query or longer parts of secret URLs. */
export function hidden(text: string, secrets: readonly string[]): string {
  const parts = secrets.flatMap(partsOf).flatMap((part) => [part, decoded(part)]);
  // Longest first: a part that goes first would leave the rest of the whole.
  return [...new Set(parts)]
    .sort((a, b) => b.length - a.length)
    .reduce((rest, part) => rest.split(part).join("[hidden]"), text);
}
