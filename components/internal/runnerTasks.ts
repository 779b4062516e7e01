import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { TierPolicy } from "../../runner/contract";
import type { BackupRunnerArgs, BackupRunnerTransforms } from "../backupRunner";
import type { Account } from "./account";
import { child } from "./child";
import { childName } from "./childName";
import { DEFAULTS } from "./defaults";
import { dumpRoleStatements, executionRoleStatements, verifyRoleStatements } from "./iamPolicies";
import { serviceTrust } from "./policyDocument";
import type { DatabaseTaskDefinitions } from "./runnerOrchestration";
import { type Scope, roleWithPolicy } from "./scope";
import { taskDefinition } from "./taskDefinitions";

/** What the tasks are made from. */
export interface RunnerTasksInput extends Scope {
  args: BackupRunnerArgs;
  account: Account;
  bucketArn: pulumi.Output<string>;
  tiers: readonly TierPolicy[];
  timeoutMinutes: number;
  transform: BackupRunnerTransforms;
}

/** ARNs of the roles that tasks are started with and run as. */
export interface TaskRoles {
  execution: pulumi.Output<string>;
  dump: pulumi.Output<string>;
  verify: pulumi.Output<string>;
}

function createRoles(input: RunnerTasksInput, logGroup: aws.cloudwatch.LogGroup): TaskRoles {
  const { args, account } = input;
  const names = args.databases.map((database) => database.name);
  const trust = account.accountId.apply((id) => serviceTrust("ecs-tasks.amazonaws.com", id));
  // ECS documents aws:SourceAccount for the tasks' own roles alone; without this one, no task would start.
  const executionTrust = serviceTrust("ecs-tasks.amazonaws.com");
  const secretArns = pulumi.all(args.databases.map((database) => database.secretArn));
  const secretKeyArns = pulumi.all(args.databases.flatMap(({ secretKmsKeyArn }) => secretKmsKeyArn ?? []));
  const primary = pulumi
    .all([input.bucketArn, args.primaryKmsKeyArn, account.region])
    .apply(([bucketArn, keyArn, region]) => ({ bucketArn, keyArn, region }));
  const execution = pulumi
    .all([logGroup.arn, secretArns, secretKeyArns])
    .apply(([logs, secrets, keys]) => executionRoleStatements(logs, secrets, keys));
  const dump = primary.apply((access) => dumpRoleStatements(access, names));
  const verify = primary.apply((access) => verifyRoleStatements(access, names));
  return {
    execution: roleWithPolicy(input, "execution-role", executionTrust, execution),
    dump: roleWithPolicy(input, "dump-role", trust, dump),
    verify: roleWithPolicy(input, "verify-role", trust, verify),
  };
}

/** Log group, roles, and the two task definitions of each database. */
export function createTasks(input: RunnerTasksInput): {
  logGroup: aws.cloudwatch.LogGroup;
  roles: TaskRoles;
  tasks: DatabaseTaskDefinitions[];
} {
  const { args, account, parent, name, guard, tags, transform } = input;
  const logGroup = child(aws.cloudwatch.LogGroup, childName(name, "logs"), { retentionInDays: 90, tags }, guard, {
    parent,
    transform: transform.logGroup,
  });
  const roles = createRoles(input, logGroup);
  const shared = {
    parent,
    name,
    guard,
    tags,
    image: args.image,
    cpu: args.cpu ?? DEFAULTS.cpu,
    memoryMiB: args.memoryMiB ?? DEFAULTS.memoryMiB,
    cpuArchitecture: args.cpuArchitecture ?? DEFAULTS.cpuArchitecture,
    bufferBudgetMiB: args.bufferBudgetMiB ?? DEFAULTS.bufferBudgetMiB,
    timeoutMinutes: input.timeoutMinutes,
    repositoryName: args.repositoryName ?? name,
    primaryBucketName: args.primaryBucketName,
    replicaBucketName: args.replicaBucketName,
    replicaRegion: args.replicaRegion,
    lockMode: args.objectLockMode ?? DEFAULTS.objectLockMode,
    tiers: input.tiers,
    primaryRegion: account.region,
    logGroup,
    executionRoleArn: roles.execution,
    transform: transform.taskDefinition,
  };
  const verifyCommand = ["verify", "--latest", "--record"];
  const tasks = args.databases.map((database) => ({
    name: database.name,
    dump: taskDefinition(shared, database, {
      role: "dump",
      command: ["backup"],
      taskRoleArn: roles.dump,
      connects: true,
    }),
    verify: taskDefinition(shared, database, {
      role: "verify",
      command: verifyCommand,
      taskRoleArn: roles.verify,
      connects: false,
    }),
  }));
  return { logGroup, roles, tasks };
}
