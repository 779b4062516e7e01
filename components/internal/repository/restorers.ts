import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnMatches } from "../account";
import { child } from "../child";
import { childName, fittedName } from "../childName";
import { type BucketAccess, restorerRoleStatements } from "../iamPolicies";
import type { Place } from "./places";
import { accountRoot, policyJson } from "../policyDocument";
import { type SidesInput, sideAccess } from "./replication";
import { refuseProblems } from "../validate";

/** Whether an ARN pattern can match identities of an account. */
function namesAccount(pattern: string, accountId: string): boolean {
  return arnMatches(pattern.split(":")[4] ?? "", accountId);
}

/** Problems of patterns that name nobody of these accounts: a trust policy lets in only its own account's identities. */
export function strangerProblems(accountIds: readonly string[], patterns: readonly string[]): string[] {
  const accounts = [...new Set(accountIds)];
  return patterns
    .filter((pattern) => !accounts.some((accountId) => namesAccount(pattern, accountId)))
    .map(
      (pattern) =>
        `restorerPrincipalArns must name identities of ${accounts.join(" or ")}, got "${pattern}"; ` +
        "the restorer's role is assumed from within its own account: name a role there",
    );
}

/** Those patterns that name an account; its administrators when none does. */
export function restorersOf(
  accountId: string,
  patterns: readonly string[] | undefined,
  admins: readonly string[],
): string[] {
  const own = (patterns ?? []).filter((pattern) => namesAccount(pattern, accountId));
  return own.length === 0 ? [...admins] : own;
}

/** The role people assume to restore: it reads and changes nothing. Returns its ARN. */
function createRestorer(
  { parent, guard, tags, transform }: SidesInput,
  name: string,
  { account, provider, adminPrincipalArns }: Place,
  principalArns: pulumi.Output<string[] | undefined>,
  sides: pulumi.Output<BucketAccess[]>,
): pulumi.Output<string> {
  const trust = pulumi
    .all([account.partition, account.accountId, adminPrincipalArns, principalArns])
    .apply(([partition, accountId, admins, patterns]) =>
      policyJson([
        {
          Sid: "People",
          Effect: "Allow",
          Principal: { AWS: accountRoot(partition, accountId) },
          Action: "sts:AssumeRole",
          Condition: { ArnLike: { "aws:PrincipalArn": restorersOf(accountId, patterns, admins) } },
        },
      ]),
    );
  const args: aws.iam.RoleArgs = { assumeRolePolicy: trust, tags };
  const role = child(aws.iam.Role, name, args, guard, { parent, provider, transform: transform.restorerRole });
  child(
    aws.iam.RolePolicy,
    childName(name, "policy"),
    { role: role.name, policy: sides.apply((known) => policyJson(restorerRoleStatements(known))) },
    guard,
    { parent: role, provider },
  );
  return role.arn;
}

/** ARNs of the roles for restoring; one and the same in one account. */
export interface Restorers {
  primaryRoleArn: pulumi.Output<string>;
  replicaRoleArn: pulumi.Output<string>;
}

/**
 * One role that reads both sides. With a replica in another account one for each side, in its own account: the replica is restored
 * when the primary's account is lost, and who holds the primary's account does not reach the replica by it.
 */
export function createRestorers(
  input: SidesInput,
  places: { primary: Place; replica: Place },
  principalArns: string[] | undefined,
): Restorers {
  const access = sideAccess(input);
  const known = pulumi.all([places.primary.account.accountId, places.replica.account.accountId]).apply((accountIds) => {
    refuseProblems("BackupRepository", input.name, strangerProblems(accountIds, principalArns ?? []));
    return principalArns;
  });
  const roleName = childName(input.name, "restorer");
  const make = (name: string, place: Place, sides: pulumi.Output<BucketAccess[]>) =>
    createRestorer(input, name, place, known, sides);
  if (!places.replica.provider) {
    const both = access.apply(({ primary, replica }) => [primary, replica]);
    const arn = make(roleName, places.primary, both);
    return { primaryRoleArn: arn, replicaRoleArn: arn };
  }
  return {
    primaryRoleArn: make(
      roleName,
      places.primary,
      access.apply(({ primary }) => [primary]),
    ),
    replicaRoleArn: make(
      fittedName(input.name, "replica", "restorer"),
      places.replica,
      access.apply(({ replica }) => [replica]),
    ),
  };
}
