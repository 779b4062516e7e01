import { isA, type ResourceConcept } from "./resourceTypes";
import type { Stack, StackResource } from "./stack";
import { at } from "./unknowns";

/**
 * Every kind of database that the rules judge; a rule that does reads their inputs (`readsInputsOf`). Instances of a
 * cluster that have a type of their own are not among them: the cluster decides. Neither is Neptune.
 */
export const DATABASES = [
  "rdsInstance",
  "rdsCluster",
  "docdbCluster",
  "docdbElasticCluster",
] as const satisfies readonly ResourceConcept[];

/** One of `DATABASES`. */
export type DatabaseKind = (typeof DATABASES)[number];

/** By which arguments a database names the one that it is a copy of. */
const SOURCES = [
  "replicateSourceDb",
  "replicationSourceIdentifier",
  "sourceDbInstanceIdentifier",
  "sourceDbClusterIdentifier",
] as const;
/** Beside a source, these ask for a copy made once, which then goes its own way. */
const RESTORED_AT = ["restoreTime", "restoreToTime", "useLatestRestorableTime"] as const;
/** What a database is restored from. */
const RESTORED_FROM = [
  "snapshotIdentifier",
  "dbSnapshotIdentifier",
  "dbClusterSnapshotIdentifier",
  "restoreToPointInTime",
  "sourceDbInstanceAutomatedBackupsArn",
  "sourceDbiResourceId",
] as const;
const PASSWORDS = [
  "password",
  "passwordWo",
  "masterPassword",
  "masterPasswordWo",
  "masterUserPassword",
  "adminUserPassword",
] as const;
/** Where providers put what others call a database by. */
const NAMES = [
  ["arn"],
  ["dbInstanceArn"],
  ["dbClusterArn"],
  ["clusterArn"],
  ["identifier"],
  ["dbInstanceIdentifier"],
  ["clusterIdentifier"],
  ["dbClusterIdentifier"],
  ["address"],
  ["endpoint"],
  ["endpoint", "address"],
  ["readerEndpoint"],
  ["readEndpoint", "address"],
  ["resourceId"],
  ["dbiResourceId"],
  ["clusterResourceId"],
  ["dbClusterResourceId"],
  ["masterUserSecret", "secretArn"],
  ["masterUserSecrets", 0, "secretArn"],
] as const;

/**
 * The databases of a stack with data of their own, in the order of their URNs. Left out are instances of a cluster and
 * what the cloud keeps as a copy: read replicas, and the secondary clusters of a global database. Their source is judged
 * instead, in the stack that has it; a replica that was promoted names no source any more.
 */
export function databasesOf(stack: Stack, kinds: readonly DatabaseKind[] = DATABASES): StackResource[] {
  return everyDatabaseOf(stack, kinds).filter((database) => !isMember(database) && !isCopy(database));
}

/** Instances of clusters and copies, too. */
export function everyDatabaseOf(stack: Stack, kinds: readonly DatabaseKind[] = DATABASES): StackResource[] {
  return kinds.flatMap((concept) => stack.ofConcept(concept)).sort((a, b) => (a.urn < b.urn ? -1 : 1));
}

/** Made from a snapshot or from a point in time of another database, and so encrypted as that was. */
export function isRestored({ inputs }: StackResource): boolean {
  return RESTORED_FROM.some((argument) => isSet(inputs, argument)) || isRestoredAt(inputs);
}

/** What a copy is a copy of. */
export function sourcesOf(stack: Stack, copy: StackResource): readonly StackResource[] {
  return SOURCES.flatMap((argument) => stack.dependenciesOf(copy, argument));
}

/** What its password comes from: a secret made from the same is the database's. */
export function passwordSourcesOf(stack: Stack, database: StackResource): readonly StackResource[] {
  return PASSWORDS.flatMap((argument) => stack.dependenciesOf(database, argument));
}

/** Every known text by which others name the database: ARNs, identifiers, hosts, its own secret. Hosts without a port. */
export function namesOf({ props }: StackResource): string[] {
  return NAMES.flatMap((path) => {
    const name = at(props, ...path);
    return typeof name === "string" && name !== "" ? [name.replace(/:\d+$/, "")] : [];
  });
}

/** True when the program gave the argument, known or not; providers take an empty text for nothing. */
export function isSet(inputs: object, argument: string): boolean {
  const value = at(inputs, argument);
  return value !== undefined && value !== "";
}

function isMember({ type, inputs }: StackResource): boolean {
  return isA("rdsInstance", type) && isSet(inputs, "dbClusterIdentifier");
}

function isCopy({ inputs }: StackResource): boolean {
  const isReplica = SOURCES.some((argument) => isSet(inputs, argument)) && !isRestoredAt(inputs);
  // Whatever brings data of its own also brings a master user, or has it in its snapshot.
  const isSecondary =
    isSet(inputs, "globalClusterIdentifier") &&
    !["masterUsername", ...RESTORED_FROM].some((argument) => isSet(inputs, argument));
  return isReplica || isSecondary;
}

function isRestoredAt(inputs: object): boolean {
  return RESTORED_AT.some((argument) => isSet(inputs, argument));
}
