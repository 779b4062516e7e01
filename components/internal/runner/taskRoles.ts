import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupRunnerArgs } from "../../backupRunnerArgs";
import type { DatabaseArgs } from "../../types";
import type { Account } from "../account";
import type { BucketAccess } from "../iamPolicies";
import {
  ANY_DATABASE,
  dumpRoleStatements,
  executionRoleStatements,
  listedSecretsStatement,
  rdsConnectStatement,
  verifyRoleStatements,
} from "./iamTasks";
import { type Statement, serviceTrust } from "../policyDocument";
import { type Scope, roleWithPolicy } from "../scope";

/** What the roles of tasks are made from. */
export interface TaskRolesInput extends Scope {
  args: BackupRunnerArgs;
  account: Account;
  bucketArn: pulumi.Output<string>;
  logGroup: aws.cloudwatch.LogGroup;
}

/** ARNs of the roles that the databases of a group share. */
export interface GroupRoles {
  execution: pulumi.Output<string>;
  verify: pulumi.Output<string>;
}

/** IAM path of the dump roles, by which the state machine knows them when they are too many to be named. */
export function dumpRolePath(name: string): string {
  return `/backup321/${name}/dump/`;
}

interface AccountFacts {
  partition: string;
  region: string;
  accountId: string;
}

function accountFacts({ account }: Pick<TaskRolesInput, "account">): pulumi.Output<AccountFacts> {
  return pulumi
    .all([account.partition, account.region, account.accountId])
    .apply(([partition, region, accountId]) => ({ partition, region, accountId }));
}

function primaryAccess({ args, account, bucketArn }: TaskRolesInput): pulumi.Output<BucketAccess> {
  return pulumi
    .all([bucketArn, args.primaryKmsKeyArn, account.region])
    .apply(([arn, keyArn, region]) => ({ bucketArn: arn, keyArn, region }));
}

/**
 * Trusted for tasks of this account and region alone.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export function taskTrust({ account }: Pick<TaskRolesInput, "account">): pulumi.Output<string> {
  return accountFacts({ account }).apply(({ partition, region, accountId }) =>
    serviceTrust("ecs-tasks.amazonaws.com", accountId, `arn:${partition}:ecs:${region}:${accountId}:*`),
  );
}

function dumpRoleWith(
  input: TaskRolesInput,
  role: string,
  statements: pulumi.Output<Statement[]>,
): pulumi.Output<string> {
  return roleWithPolicy(input, role, taskTrust(input), statements, undefined, dumpRolePath(input.name));
}

/** The role of one database's dump. */
export function dumpRole(
  input: TaskRolesInput,
  { name, rdsIamAuth }: DatabaseArgs,
  tiers: readonly string[],
): pulumi.Output<string> {
  const statements = pulumi
    .all([primaryAccess(input), accountFacts(input), pulumi.output(rdsIamAuth)])
    .apply(([primary, facts, auth]) => [
      ...dumpRoleStatements(primary, name, tiers),
      ...(auth === undefined ? [] : [rdsConnectStatement(facts, auth.resourceId, auth.username)]),
    ]);
  return dumpRoleWith(input, `dump-${name}`, statements);
}

/** The one role of all dumps of a list. */
export function listedDumpRole(
  input: TaskRolesInput,
  tiers: readonly string[],
  secretNamePrefix: string,
): pulumi.Output<string> {
  const statements = pulumi
    .all([primaryAccess(input), accountFacts(input)])
    .apply(([primary, facts]) => [
      ...dumpRoleStatements(primary, ANY_DATABASE, tiers),
      listedSecretsStatement(facts, secretNamePrefix),
    ]);
  return dumpRoleWith(input, "dump", statements);
}

/** The role that a group's tasks are started with. */
export function executionRole(
  scope: Scope,
  number: number,
  logGroupArn: pulumi.Output<string>,
  secretArns: pulumi.Input<string[]>,
  secretKeyArns: pulumi.Input<string[]>,
): pulumi.Output<string> {
  return roleWithPolicy(
    scope,
    `execution-role-${number}`,
    // ECS documents the conditions for the tasks' own roles alone; with them, no task might start.
    serviceTrust("ecs-tasks.amazonaws.com"),
    pulumi
      .all([logGroupArn, secretArns, secretKeyArns])
      .apply(([logs, secrets, keys]) => executionRoleStatements(logs, secrets, keys)),
  );
}

/** Execution and verify role of a group of databases. */
export function groupRoles(
  input: TaskRolesInput,
  number: number,
  databases: readonly Pick<DatabaseArgs, "name" | "secretArn" | "secretKmsKeyArn">[],
): GroupRoles {
  const names = databases.map((database) => database.name);
  const secretArns = pulumi.all(databases.flatMap(({ secretArn }) => secretArn ?? []));
  const secretKeyArns = pulumi.all(databases.flatMap(({ secretKmsKeyArn }) => secretKmsKeyArn ?? []));
  const primary = primaryAccess(input);
  return {
    execution: executionRole(input, number, input.logGroup.arn, secretArns, secretKeyArns),
    verify: roleWithPolicy(
      input,
      `verify-role-${number}`,
      taskTrust(input),
      primary.apply((access) => verifyRoleStatements(access, names)),
    ),
  };
}
