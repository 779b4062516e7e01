import { allOf, anyOf, type Answer } from "./answers";
import { pairsOf } from "./pairs";
import type { StackResource } from "./stack";
import { at, isObject, listAt, UNKNOWN, type Unknown } from "./unknowns";
import { matchesWildcards } from "./wildcards";

/** A demand on one tag. */
export interface TagCondition {
  /** Its parts as written; `UNKNOWN` where they are not known. */
  key: unknown;
  value: unknown;
  isNegated: boolean;
  /** `*` in the value stands for any text. */
  isPattern: boolean;
}

/** Conditions that are all to hold, or any of them; `UNKNOWN` when the list is not known. */
export type TagConditions = readonly TagCondition[] | Unknown;

/** In the spellings of both providers. */
const OPERATORS = [
  ["stringEquals", { isNegated: false, isPattern: false }],
  ["stringLike", { isNegated: false, isPattern: true }],
  ["stringLikes", { isNegated: false, isPattern: true }],
  ["stringNotEquals", { isNegated: true, isPattern: false }],
  ["stringNotLike", { isNegated: true, isPattern: true }],
  ["stringNotLikes", { isNegated: true, isPattern: true }],
] as const;

/** The conditions on tags of a selection, of which AWS Backup wants all. */
export function conditionsOf(selection: unknown): TagConditions {
  const groups = listAt(selection, "conditions");
  if (groups === UNKNOWN) return UNKNOWN;
  const lists = groups.flatMap((group) => OPERATORS.map(([operator, how]) => conditionsIn(group, operator, how)));
  const known = lists.filter((list) => list !== UNKNOWN);
  return known.length < lists.length ? UNKNOWN : known.flat();
}

/** The tags of a selection, of which AWS Backup wants any, in the spellings of both providers. */
export function selectionTagsOf(selection: unknown): TagConditions {
  const tags = conditionsIn(selection, "selectionTags", { isNegated: false, isPattern: false });
  const native = conditionsIn(selection, "listOfTags", { isNegated: false, isPattern: false });
  return tags === UNKNOWN || native === UNKNOWN ? UNKNOWN : [...tags, ...native];
}

/** Whether a resource bears what all of the conditions ask for. */
export function meetsAll(conditions: TagConditions, resource: StackResource): Answer {
  return conditions === UNKNOWN ? UNKNOWN : allOf(conditions.map((condition) => meets(condition, resource)));
}

/** Whether a resource bears what one of the conditions asks for; none at all leave nothing out. */
export function meetsAny(conditions: TagConditions, resource: StackResource): Answer {
  if (conditions === UNKNOWN) return UNKNOWN;
  return conditions.length === 0 || anyOf(conditions.map((condition) => meets(condition, resource)));
}

/**
 * An index of resources by their tags. It gives those that a selection by tags may cover, or undefined where that may be
 * any: many selections of one resource each stay linear.
 */
export function tagIndexOf(
  resources: readonly StackResource[],
): (tags: TagConditions, conditions: TagConditions) => readonly StackResource[] | undefined {
  const bearers = new Map<unknown, Set<StackResource>>();
  const add = (key: unknown, value: unknown, resource: StackResource): void => {
    const text = key === UNKNOWN || value === UNKNOWN ? UNKNOWN : JSON.stringify([key, value]);
    bearers.set(text, (bearers.get(text) ?? new Set()).add(resource));
  };
  for (const resource of resources) {
    for (const [key, value] of [...tagsIn(at(resource.inputs, "tags")), ...tagsIn(at(resource.props, "tagsAll"))]) {
      add(key, value, resource);
    }
  }
  return (tags, conditions) => {
    const alternatives = tags !== UNKNOWN && tags.length > 0 ? tags : demands(conditions);
    if (alternatives.length === 0 || alternatives.some(({ key, value }) => key === UNKNOWN || value === UNKNOWN)) {
      return undefined;
    }
    const found = alternatives.map(({ key, value }) => bearers.get(JSON.stringify([tagName(key), value])) ?? []);
    return [...new Set([...(bearers.get(UNKNOWN) ?? []), ...found.flatMap((some) => [...some])])];
  };
}

/** The first of the conditions that one tag and value alone meets. */
function demands(conditions: TagConditions): readonly TagCondition[] {
  if (conditions === UNKNOWN) return [];
  return conditions.filter(({ isNegated, isPattern }) => !isNegated && !isPattern).slice(0, 1);
}

/** Tags that are not known as a whole are one unknown tag. */
function tagsIn(tags: unknown): [key: unknown, value: unknown][] {
  return tags === UNKNOWN ? [[UNKNOWN, UNKNOWN]] : pairsOf(tags, "key");
}

function tagName(key: unknown): string {
  return String(key).replace(/^aws:ResourceTag\//, "");
}

function conditionsIn(
  holder: unknown,
  argument: string,
  how: Pick<TagCondition, "isNegated" | "isPattern">,
): TagConditions {
  const items = listAt(holder, argument);
  if (items === UNKNOWN) return UNKNOWN;
  return items.map((item) => ({
    key: at(item, "key") ?? at(item, "conditionKey"),
    value: at(item, "value") ?? at(item, "conditionValue"),
    ...how,
  }));
}

/** A tag that is not there meets negated conditions alone. */
function meets({ key, value, isNegated, isPattern }: TagCondition, resource: StackResource): Answer {
  if (typeof key !== "string" || typeof value !== "string") return UNKNOWN;
  const tag = tagOf(resource, tagName(key));
  if (tag === UNKNOWN) return UNKNOWN;
  return (
    (typeof tag === "string" && (isPattern ? matchesWildcards(value, tag, "AWS Backup") : tag === value)) !== isNegated
  );
}

/** Its own tag, else the provider's default one. What the provider has not filled in yet counts as not there. */
function tagOf({ inputs, props }: StackResource, key: string): unknown {
  const own = at(inputs, "tags");
  const listed = (Array.isArray(own) ? (own as unknown[]) : []).find((tag) => at(tag, "key") === key);
  const value = listed === undefined ? at(own, key) : at(listed, "value");
  if (value !== undefined) return value;
  const all = at(props, "tagsAll");
  return isObject(all) ? at(all, key) : undefined;
}
