import { Secret } from "@pulumi/policy";
import { isAsset } from "./assetText";
import { childPath } from "./search/paths";
import { isObject, rawProps } from "./unknowns";

/**
 * The paths of a resource's properties that are secret, as `FoundText` spells them, from what a remediation is given: the
 * one callback whose properties mark secrets. All that lies below such a path is secret, too.
 */
export function secretPaths(props: object): ReadonlySet<string> {
  const paths = new Set<string>();
  const seen = new Set<object>();
  const pending: { value: unknown; path: string }[] = [{ value: rawProps(props), path: "" }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next;
    if (value instanceof Secret) paths.add(path);
    else if (isObject(value) && !seen.has(value) && !isAsset(value)) {
      seen.add(value);
      const isList = Array.isArray(value);
      for (const [key, entry] of Object.entries(value)) {
        pending.push({ value: entry, path: childPath(path, key, isList) });
      }
    }
  }
  return paths;
}

/** True for a secret path and for all that lies below it. */
export function liesInSecret(path: string, secrets: ReadonlySet<string>): boolean {
  if (secrets.size === 0) return false;
  if (secrets.has(path)) return true;
  for (const edge of path.matchAll(/[.[|]| \(the name itself\)$/g)) {
    if (secrets.has(path.slice(0, edge.index))) return true;
  }
  return false;
}
