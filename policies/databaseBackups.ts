import { backupWorkloadsOf } from "./backupWorkloads";
import { listAtKnown } from "./buckets";
import { everyDatabaseOf, namesOf, passwordSourcesOf, sourcesOf } from "./databases";
import { groupedBy } from "./grouping";
import { jsonText, parseJson } from "./jsonTexts";
import type { ResourceConcept } from "./resourceTypes";
import type { Stack, StackResource } from "./stack";
import { at } from "./unknowns";

/** The components of this library that back databases up. A rule that asks for what they back up reads their inputs. */
export const BACKUP_COMPONENTS = ["databaseBackup", "backupRunner"] as const satisfies readonly ResourceConcept[];

/** Resources that say what another one stands for, and the argument by which they belong to it. */
const SAYERS = [
  ["secret", "secretVersion", "secretId"],
  ["secret", "secretTargetAttachment", "secretId"],
  ["rdsProxy", "rdsProxyTarget", "dbProxyName"],
] as const satisfies readonly [ResourceConcept, ResourceConcept, string][];

/** One of them has the passwords of many: what is made from it says nothing of a single database. */
const STACK_REFERENCE = "pulumi:pulumi:StackReference";

/**
 * The databases of a stack that a backup of the stack is made from: one of this library's components by its `databases`,
 * or a task or function that writes to a backup bucket, by its containers or its environment. From there through
 * whatever lies between: the secret and its version, a proxy, a DNS record, an instance of the cluster. A secret made
 * from what the database has its password from is the database's; a replica that is backed up stands for its source.
 *
 * By dependencies, which the engine reports before the values are known. By value only what a component itself names,
 * secrets and hosts, and the host and identifiers in a secret. Linear in resources and dependencies.
 */
export function backedUpDatabasesOf(stack: Stack): ReadonlySet<StackResource> {
  const databases = everyDatabaseOf(stack);
  const isDatabase = new Set(databases);
  const byName = groupedBy([...databases, ...stack.ofConcept("secret")], (entry) => namesOf(entry));
  const byPassword = groupedBy(databases, (database) => passwordSourcesOf(stack, database));
  const reached = new Set<StackResource>();
  const waiting = startsOf(stack, byName);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    if (isDatabase.has(next)) waiting.push(...sourcesOf(stack, next));
    else if (next.type !== STACK_REFERENCE) {
      waiting.push(...stack.dependenciesOf(next), ...sayersOf(stack, next), ...(byPassword.get(next) ?? []));
      waiting.push(...textsInSecret(next).flatMap((text) => byName.get(text) ?? []));
    }
  }
  return new Set(databases.filter((database) => reached.has(database)));
}

function startsOf(stack: Stack, byName: ReadonlyMap<unknown, readonly StackResource[]>): StackResource[] {
  const workloads = backupWorkloadsOf(stack);
  const writing = (concept: ResourceConcept, argument: string): StackResource[] =>
    stack
      .ofConcept(concept)
      .filter((run) => workloads.writtenBy(run).size > 0)
      .flatMap((run) => stack.dependenciesOf(run, argument));
  return [
    ...BACKUP_COMPONENTS.flatMap((concept) => stack.ofConcept(concept)).flatMap((backup) => [
      ...stack.dependenciesOf(backup, "databases"),
      ...listAtKnown(backup.inputs, "databases")
        .flatMap((one) => [at(one, "secretArn"), at(one, "rdsIamAuth", "host"), at(one, "rdsIamAuth", "resourceId")])
        .flatMap((text) => byName.get(text) ?? []),
    ]),
    ...writing("ecsTaskDefinition", "containerDefinitions"),
    ...writing("lambdaFunction", "environment"),
  ];
}

function sayersOf(stack: Stack, entry: StackResource): readonly StackResource[] {
  return SAYERS.flatMap(([owners, sayers, argument]) => stack.partsOf(entry, owners, sayers, argument));
}

/** What a secret of RDS's shape names its database by: in a version, or in the native secret itself. */
function textsInSecret({ props }: StackResource): string[] {
  const written = parseJson(jsonText(at(props, "secretString")));
  return [at(written, "host"), at(written, "dbInstanceIdentifier"), at(written, "dbClusterIdentifier")].filter(
    (text) => typeof text === "string",
  );
}
