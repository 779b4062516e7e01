// What changed between two sets of inputs, and whether that needs a new resource. Pure.
import { isArchive, isAsset, isObject, type Props } from "./wire";

export interface Difference {
  changed: string[];
  replaces: string[];
  deleteBeforeReplace: boolean;
}

export interface ReplaceRules {
  replaceOn: readonly string[];
  /** The property that names the resource in AWS; two of the same name cannot exist at once. */
  nameProperty?: string;
}

// AWS returns policies and definitions re-formatted, so spacing and key order of JSON are no change. An asset is its
// content: the same bundle built in another folder is the same code.
function comparable(value: unknown): unknown {
  if (typeof value === "string" && /^\s*[[{]/.test(value)) {
    try {
      return comparable(JSON.parse(value));
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map(comparable);
  if (isAsset(value) || isArchive(value)) return { hash: value["hash"] as string };
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined && v !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, comparable(v)]),
  );
}

export const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(comparable(a) ?? null) === JSON.stringify(comparable(b) ?? null);

/** Compares old and new inputs. An unknown new value counts as changed: it may be. */
export function difference(olds: Props, news: Props, rules: ReplaceRules): Difference {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)].filter((key) => !key.startsWith("__")));
  const changed = [...keys].filter((key) => !same(olds[key], news[key]));
  // A removed `region` keeps the stored one (it is optional and computed in AWS provider 7).
  const effective = changed.filter((key) => !(key === "region" && news[key] === undefined));
  const replaces = effective.filter((key) => key === "region" || rules.replaceOn.includes(key));
  const name = rules.nameProperty;
  const automatic = ((news["__defaults"] ?? []) as string[]).includes(name ?? "");
  const deleteBeforeReplace = name !== undefined && !automatic && !effective.includes(name) && replaces.length > 0;
  return { changed: effective, replaces, deleteBeforeReplace };
}
