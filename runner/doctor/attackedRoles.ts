import type { StackSettings } from "../stackSettings";
import type { RoleKind } from "./attempts";

/** Databases that share a role of verification, and one of drills. */
export const DATABASES_PER_ROLE = 25;

/** A role that is tried. */
export interface AttackedRole {
  kind: RoleKind;
  arn: string;
  /** One of those that it is for: what it may do, it may do there. Undefined where nobody can tell. */
  database: string | undefined;
}

/** The first database of a group that is drilled. Not all need be: a task definition's family ends with its database's name. */
function drilledFirst({ databases = [], drillTaskDefinitionArns = [] }: StackSettings, group: number) {
  const family = drillTaskDefinitionArns[group * DATABASES_PER_ROLE]?.split("/").pop()?.split(":")[0];
  const named = databases.filter((name) => family?.endsWith(`-${name}`)).sort((a, b) => b.length - a.length);
  return named[0] ?? databases[group * DATABASES_PER_ROLE];
}

/** All roles, each with its own database: dump roles are in the order of the databases, those of groups one per 25 of them. */
export function attackedRoles(stack: StackSettings): AttackedRole[] {
  const { databases = [], dumpRoleArns = [] } = stack;
  const of = (
    kind: RoleKind,
    arns: readonly (string | undefined)[] = [],
    databaseOf: (index: number) => string | undefined,
  ): AttackedRole[] =>
    arns.flatMap((arn, i) =>
      arn === undefined || arns.indexOf(arn) < i ? [] : [{ kind, arn, database: databaseOf(i) }],
    );
  // A list has one role for all; otherwise, with another number of roles, whose is whose can't be told.
  const isInOrder = dumpRoleArns.length === 1 || dumpRoleArns.length === databases.length;
  return [
    ...of("dump", dumpRoleArns, (i) => (isInOrder ? databases[i] : undefined)),
    ...of("verify", stack.verifyRoleArns, (i) => databases[i * DATABASES_PER_ROLE]),
    ...of("drill", stack.drillRoleArns, (i) => drilledFirst(stack, i)),
    ...of("restorer", [stack.restorerRoleArn, stack.replicaRestorerRoleArn], () => databases[0]),
  ];
}
