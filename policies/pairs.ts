import { at, isObject } from "./unknowns";

/**
 * Names with their values, as providers write them: a map, or the native provider's list of objects that name
 * themselves by `nameKey`. Either may be unknown; none when the whole is not known or not set.
 */
export function pairsOf(written: unknown, nameKey: "key" | "name"): [name: unknown, value: unknown][] {
  if (!isObject(written)) return [];
  return Array.isArray(written)
    ? written.map((item: unknown) => [at(item, nameKey), at(item, "value")])
    : Object.keys(written).map((name) => [name, at(written, name)]);
}
