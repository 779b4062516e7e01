import { Secret } from "@pulumi/policy";

/**
 * How the rules read properties: the one place that knows about values that are not known yet.
 *
 * Read through `args.props`, an unknown throws inside the SDK, which then skips the whole validator and reports it as
 * advisory, so a mandatory rule would pass a preview it never judged. Here an unknown is a value like any other
 * (`UNKNOWN`), and each rule says what it does with it: the rest of the resource is judged as usual, the unknown itself
 * is let through with a visible advisory note, and it is judged again at the update, when it is known.
 */

/** A value that will be known only at the update. */
export const UNKNOWN: unique symbol = Symbol("unknown");
/** The type of `UNKNOWN`. */
export type Unknown = typeof UNKNOWN;

/** What the engine sends in place of an unknown, by kind of value. Held against the SDK's own list by a test. */
export const UNKNOWN_SENTINELS: ReadonlySet<string> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** True for `UNKNOWN` and for the engine's own placeholders. */
export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN || (typeof value === "string" && UNKNOWN_SENTINELS.has(value));
}

/** The properties below the SDK's checking proxies. Plain objects are returned as they are. */
export function rawProps(props: object): object {
  let target = props as { __isSpecialProxy?: unknown; __getSpecialProxyTarget?: unknown };
  while (target.__isSpecialProxy === true && isObject(target.__getSpecialProxyTarget)) {
    target = target.__getSpecialProxyTarget;
  }
  return target;
}

/**
 * The value at a path: `UNKNOWN` where it or anything above it is not known yet, `undefined` where nothing is set.
 * A property that cannot be read counts as unknown: a rule never brings down the whole preview.
 */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = isObject(value) ? rawProps(value) : value;
  for (const key of path) {
    if (isUnknown(current)) return UNKNOWN;
    if (!isObject(current)) return undefined;
    current = unmarked(readKey(current, key));
  }
  if (isUnknown(current)) return UNKNOWN;
  return current ?? undefined;
}

/** The items at a path. One object counts as a list of one, nothing as an empty list. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] | Unknown {
  const found = at(value, ...path);
  if (found === UNKNOWN) return UNKNOWN;
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as unknown[]) : [found];
}

/** Objects and arrays; never null. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** What a remediation is given marks secrets; what a validator is given does not. */
function unmarked(value: unknown): unknown {
  return value instanceof Secret ? (value.value as unknown) : value;
}

function readKey(target: object, key: string | number): unknown {
  try {
    return (target as Record<string | number, unknown>)[key];
  } catch {
    return UNKNOWN;
  }
}
