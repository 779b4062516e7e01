import { isAsset, textsOfAsset } from "./assetText";
import { credentialKinds } from "./credentialShapes";
import { isObject, isUnknown, rawProps } from "./unknowns";

/** Above this a text is searched as it is and not taken apart as JSON or base64. */
const MAX_DECODED_CHARS = 8 * 1024 * 1024;
/** JSON in base64 in JSON: no deeper. */
const MAX_NESTING = 4;

/** One text found in a resource's properties, or a property that could not be read. */
export interface FoundText {
  /** `environment.variables.URL`, `containerDefinitions|json[0].image`, `userDataBase64|base64`, `code|asset/index.js`. */
  path: string;
  /** The resource's own argument that the text lies in. */
  argument: string;
  /** What the text is called: its property, or the `name` beside a `value`. */
  name: string;
  /** Absent when the property threw as it was read. */
  text?: string;
}

interface Pending {
  value: unknown;
  path: string;
  argument: string;
  name: string;
  nesting: number;
}

/**
 * Every text in a resource's properties, names of map entries included: nested, in JSON and base64 texts, in assets and
 * archives. Unknown values are passed over; they are searched at the update. Works through a list, not by recursion,
 * and visits an object once, so neither depth nor a circle stops it.
 */
export async function* textsOf(props: object): AsyncGenerator<FoundText> {
  const seen = new Set<object>();
  const pending: Pending[] = [{ value: rawProps(props), path: "", argument: "", name: "", nesting: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value } = next;
    if (typeof value === "string") {
      if (isUnknown(value)) continue;
      const inner = next.nesting < MAX_NESTING ? decode(value, next) : undefined;
      if (inner?.replaces !== true) yield { path: next.path, argument: next.argument, name: next.name, text: value };
      if (inner !== undefined) pending.push(inner.pending);
    } else if (isObject(value) && !seen.has(value)) {
      seen.add(value);
      if (isAsset(value)) {
        for (const text of await textsOfAsset(value)) {
          pending.push({ ...next, value: text.text, path: next.path + text.path });
        }
      } else {
        yield* entriesOf(value, next, pending);
      }
    }
  }
}

function* entriesOf(holder: object, from: Pending, pending: Pending[]): Generator<FoundText> {
  const isList = Array.isArray(holder);
  const entries: Pending[] = [];
  for (const key of Object.keys(holder)) {
    const path = isList ? `${from.path}[${key}]` : join(from.path, key);
    const argument = from.path === "" ? key : from.argument;
    if (!isList) yield { path: `${path} (the name itself)`, argument, name: "", text: key };
    let value: unknown;
    try {
      value = (holder as Record<string, unknown>)[key];
    } catch {
      yield { path, argument, name: key };
      continue;
    }
    const name = isList ? from.name : key === "value" ? (siblingName(holder) ?? key) : key;
    entries.push({ value, path, argument, name, nesting: from.nesting });
  }
  pending.push(...entries.reverse());
}

/** `{name: "X", value: …}`, as containers and builds write their variables. */
function siblingName(holder: object): string | undefined {
  const { name } = holder as { name?: unknown };
  return typeof name === "string" ? name : undefined;
}

/** A credential used as a map's key must not come out in the path that reports it. */
function join(path: string, key: string): string {
  const shown = key.length >= 16 && credentialKinds(key).length > 0 ? "<redacted>" : key;
  return path === "" ? shown : `${path}.${shown}`;
}

/** What a text holds inside; JSON stands for its text, base64 is searched beside it. */
function decode(text: string, from: Pending): { pending: Pending; replaces: boolean } | undefined {
  if (text.length > MAX_DECODED_CHARS) return undefined;
  const nesting = from.nesting + 1;
  const first = text.trimStart()[0];
  if (first === "{" || first === "[") {
    try {
      return {
        pending: { ...from, value: JSON.parse(text) as unknown, path: `${from.path}|json`, nesting },
        replaces: true,
      };
    } catch {
      return undefined;
    }
  }
  const decoded = decodeBase64(text);
  if (decoded === undefined) return undefined;
  return { pending: { ...from, value: decoded, path: `${from.path}|base64`, nesting }, replaces: false };
}

/** The text behind base64, when all of it is base64 and what comes out is text. */
function decodeBase64(text: string): string | undefined {
  if (text.length < 40 || !/^[A-Za-z0-9+/\r\n]+={0,2}\s*$/.test(text)) return undefined;
  const decoded = Buffer.from(text, "base64").toString("utf8");
  // eslint-disable-next-line no-control-regex -- control characters and replacement marks are what tells binary from text
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(decoded) ? undefined : decoded;
}
