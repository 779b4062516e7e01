import { credentialKinds } from "../credentialShapes";

/** Shorter names hold no credential. */
const MIN_CREDENTIAL_CHARS = 8;

/**
 * The path of an entry: `a.b[0]`, and `a["x.y"]` where the name would read as a path itself. A credential used as a name
 * does not come out in the path that reports it.
 */
export function childPath(path: string, key: string, isList: boolean): string {
  if (isList) return `${path}[${key}]`;
  const shown = shownName(key);
  if (/^$|[.[\]|"]/.test(shown)) return `${path}[${JSON.stringify(shown)}]`;
  return path === "" ? shown : `${path}.${shown}`;
}

/** A name as a message may show it. */
export function shownName(name: string): string {
  return name.length >= MIN_CREDENTIAL_CHARS && credentialKinds(name).length > 0 ? "<redacted>" : name;
}
