import { allOf, anyOf, not, type Answer } from "./answers";
import {
  conditionsOf,
  meetsAll,
  meetsAny,
  selectionTagsOf,
  tagIndexOf,
  type TagConditions,
} from "./awsBackupConditions";
import { isSet, namesOf } from "./databases";
import { isA } from "./resourceTypes";
import type { Stack, StackResource } from "./stack";
import { at, isUnknown, listAt, UNKNOWN } from "./unknowns";
import { matchesWildcards } from "./wildcards";

/** A selection of AWS Backup as written. */
interface Selection {
  resources: ArnList;
  notResources: ArnList;
  tags: TagConditions;
  conditions: TagConditions;
}

/** ARNs and patterns. */
interface ArnList {
  /** Those that are known. */
  texts: readonly string[];
  isKnown: boolean;
  /** What it is made from, where it is not known in full. */
  madeFrom: ReadonlySet<StackResource>;
}

/**
 * Which of some databases AWS keeps copies of: those that a selection of AWS Backup in the stack covers, and those whose
 * automated backups are replicated to another Region. `UNKNOWN` where values that are not known yet decide; a database
 * that is not in the answer is not covered.
 *
 * A selection covers what any of its `resources` names, bears one of its `selectionTags`, meets all of its `conditions`,
 * and is named by none of its `notResources`; what is not given leaves nothing out. A list that is not known names what
 * it is made from.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html
 */
export function keptByAws(stack: Stack, databases: readonly StackResource[]): ReadonlyMap<StackResource, Answer> {
  const answers = new Map<StackResource, Answer>();
  const byName = new Map(databases.flatMap((database) => namesOf(database).map((name) => [name, database] as const)));
  const add = (database: StackResource, answer: Answer): void => {
    answers.set(database, anyOf([answers.get(database) ?? false, answer]));
  };
  for (const database of databases) add(database, isSet(database.inputs, "automaticBackupReplicationRegion"));
  for (const replication of stack.ofConcept("rdsBackupsReplication")) {
    const named = byName.get(String(at(replication.props, "sourceDbInstanceArn"))) ?? [];
    for (const source of [named, stack.dependenciesOf(replication, "sourceDbInstanceArn")].flat()) add(source, true);
  }
  const taggedFor = tagIndexOf(databases);
  for (const entry of stack.ofConcept("awsBackupSelection")) {
    const selection = readSelection(stack, entry);
    for (const database of candidatesOf(selection.resources, byName) ??
      taggedFor(selection.tags, selection.conditions) ??
      databases) {
      add(database, covers(selection, database));
    }
  }
  return answers;
}

/** The databases that a list of ARNs names, looked up; undefined where it may be any. */
function candidatesOf(
  { texts, isKnown, madeFrom }: ArnList,
  byName: ReadonlyMap<string, StackResource>,
): readonly StackResource[] | undefined {
  const isOpen = isKnown ? texts.length === 0 : madeFrom.size === 0;
  if (isOpen || texts.some((text) => text.includes("*"))) return undefined;
  return [...texts.flatMap((text) => byName.get(text) ?? []), ...madeFrom];
}

function covers({ resources, notResources, tags, conditions }: Selection, database: StackResource): Answer {
  const isEverything = resources.isKnown && resources.texts.length === 0;
  return allOf([
    isEverything || names(resources, database),
    not(names(notResources, database)),
    meetsAny(tags, database),
    meetsAll(conditions, database),
  ]);
}

function readSelection(stack: Stack, entry: StackResource): Selection {
  const native = at(entry.props, "backupSelection");
  const body = native ?? entry.props;
  const list = (argument: string): ArnList => {
    const items = [listAt(body, argument)].flat();
    const texts = items.filter((item) => typeof item === "string").filter((text) => !isUnknown(text));
    const isKnown = texts.length === items.length;
    const madeFrom = isKnown ? [] : stack.dependenciesOf(entry, native === undefined ? argument : "backupSelection");
    return { texts, isKnown, madeFrom: new Set(madeFrom) };
  };
  return {
    resources: list("resources"),
    notResources: list("notResources"),
    tags: selectionTagsOf(body),
    conditions: conditionsOf(body),
  };
}

function names({ texts, isKnown, madeFrom }: ArnList, database: StackResource): Answer {
  return anyOf([
    madeFrom.has(database),
    isKnown || madeFrom.size > 0 ? false : UNKNOWN,
    ...texts.map((text) => isArnLike(text, database)),
  ]);
}

/** By the ARN; by what is known of it before the database exists. */
function isArnLike(pattern: string, database: StackResource): Answer {
  const { type, props } = database;
  const arn = ["arn", "dbInstanceArn", "dbClusterArn", "clusterArn"].map((property) => at(props, property));
  const known = arn.find((text) => typeof text === "string");
  if (typeof known === "string") return matches(pattern, known);
  const places = pattern.split(":");
  const place = (index: number): string => (places[index] ?? "").replace(/\*/g, "");
  const start = ["arn", place(1)];
  if (isA("docdbElasticCluster", type)) {
    return matches(pattern, [...start, "docdb-elastic", place(3), place(4), "cluster/"].join(":"));
  }
  const isInstance = isA("rdsInstance", type);
  const identifier = (
    isInstance ? ["identifier", "dbInstanceIdentifier"] : ["clusterIdentifier", "dbClusterIdentifier"]
  )
    .map((property) => at(props, property))
    .find((text) => typeof text === "string");
  const kind = [...start, "rds", place(3), place(4), isInstance ? "db" : "cluster"];
  if (typeof identifier === "string") return matches(pattern, [...kind, identifier].join(":"));
  if (!matches(pattern, [...kind, place(6)].join(":"))) return false;
  // An ARN without a wildcard was written for a database that is there already.
  if (!pattern.includes("*")) return false;
  return places[6] === undefined || places[6] === "*" ? true : UNKNOWN;
}

function matches(pattern: string, arn: string): boolean {
  return matchesWildcards(pattern, arn, "AWS Backup");
}
