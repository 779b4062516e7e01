import { isAsset, textsOfAsset } from "./assetText";
import { decode } from "./search/decode";
import { childPath } from "./search/paths";
import { isObject, isUnknown, rawProps } from "./unknowns";

/** JSON in base64 in JSON: no deeper. */
const MAX_NESTING = 4;
/** No token is longer: longer base64 is a file. */
const MAX_TOKEN_CHARS = 16 * 1024;

/** One text found in a resource's properties, or a property that could not be searched. */
export interface FoundText {
  /** `environment.variables.URL`, `containerDefinitions|json[0].image`, `userDataBase64|base64`, `code|asset/index.js`. */
  path: string;
  /** The resource's own argument that the text lies in. */
  argument: string;
  /** What the text is called: its property, or the `name` or `key` beside a `value`. */
  name: string;
  /** Absent when the property threw as it was read, or would be too large once decompressed. */
  text?: string;
}

interface Pending {
  value: unknown;
  path: string;
  argument: string;
  name: string;
  nesting: number;
}

/** The texts of a resource that are at hand, and its assets, whose texts are read only when asked for. */
export interface PropertyTexts {
  texts: Generator<FoundText>;
  /** To be called when `texts` has ended. */
  assetTexts: () => AsyncGenerator<FoundText>;
}

/**
 * Every text in a resource's properties, names of map entries included: nested, in JSON, base64 and gzip texts, in
 * assets and archives. Unknown values are passed over, since they are searched at the update; numbers are no texts.
 * Works through a list, not by recursion, and visits an object once, so neither depth nor a circle stops it.
 */
export function propertyTexts(props: object): PropertyTexts {
  const seen = new Set<object>();
  const assets: Pending[] = [];
  const root: Pending = { value: rawProps(props), path: "", argument: "", name: "", nesting: 0 };
  return {
    texts: walk([root], seen, assets),
    assetTexts: async function* () {
      for (const asset of assets) {
        for (const { path, text } of await textsOfAsset(asset.value)) {
          const from = { ...asset, path: asset.path + path };
          if (text === undefined) yield found(from);
          else yield* walk([{ ...from, value: text }], seen, assets);
        }
      }
    },
  };
}

function found({ path, argument, name }: Pending, text?: string): FoundText {
  return text === undefined ? { path, argument, name } : { path, argument, name, text };
}

function* walk(pending: Pending[], seen: Set<object>, assets: Pending[]): Generator<FoundText> {
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value } = next;
    if (typeof value === "string") {
      if (!isUnknown(value)) yield* textAndInner(value, next, pending);
    } else if (isObject(value) && !seen.has(value)) {
      seen.add(value);
      yield* entriesOf(value, next, pending, assets);
    }
  }
}

/** JSON stands for its text, and so does base64 that is too long for a token; else base64 is searched beside it. */
function* textAndInner(text: string, from: Pending, pending: Pending[]): Generator<FoundText> {
  const inner = from.nesting < MAX_NESTING ? decode(text) : undefined;
  if (inner === undefined || (inner.suffix !== "|json" && text.length <= MAX_TOKEN_CHARS)) yield found(from, text);
  if (inner === undefined) return;
  const path = from.path + inner.suffix;
  if (inner.tooLarge === true) yield found({ ...from, path });
  else pending.push({ ...from, value: inner.value, path, nesting: from.nesting + 1 });
}

function* entriesOf(holder: object, from: Pending, pending: Pending[], assets: Pending[]): Generator<FoundText> {
  const shape = shapeOf(holder);
  if (shape === "asset") {
    assets.push(from);
    return;
  }
  if (shape === undefined) {
    yield found(from);
    return;
  }
  const { keys, isList } = shape;
  // From the last to the first: what is pushed last is searched first.
  for (let index = keys.length - 1; index >= 0; index--) {
    const key = keys[index]!;
    const path = childPath(from.path, key, isList);
    const argument = from.path === "" ? key : from.argument;
    if (!isList) yield { path: `${path} (the name itself)`, argument, name: "", text: key };
    let value: unknown;
    let name = from.name;
    try {
      value = (holder as Record<string, unknown>)[key];
      if (!isList) name = VALUE_KEYS.has(key) ? (siblingName(holder) ?? key) : key;
    } catch {
      yield { path, argument, name: key };
      continue;
    }
    if (typeof value === "string" || isObject(value)) {
      pending.push({ value, path, argument, name, nesting: from.nesting });
    }
  }
}

/** What an object is; undefined when it does not let itself be looked at. */
function shapeOf(holder: object): "asset" | { keys: string[]; isList: boolean } | undefined {
  try {
    return isAsset(holder) ? "asset" : { keys: Object.keys(holder), isList: Array.isArray(holder) };
  } catch {
    return undefined;
  }
}

const VALUE_KEYS: ReadonlySet<string> = new Set(["value", "Value"]);
const NAME_KEYS = ["name", "Name", "key", "Key"] as const;

/** `{name: "X", value: …}`, as containers and builds write their variables; `{key: "X", value: …}` of tags. */
function siblingName(holder: object): string | undefined {
  for (const key of NAME_KEYS) {
    const name = (holder as Record<string, unknown>)[key];
    if (typeof name === "string") return name;
  }
  return undefined;
}
