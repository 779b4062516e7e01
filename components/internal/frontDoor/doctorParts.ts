import * as pulumi from "@pulumi/pulumi";
import type { DoctorFile, UnseenCheck } from "../../../runner/doctorContract";
import type { Alerting } from "../../alerting";
import type { BackupRepository } from "../../backupRepository";
import type { BackupRunner } from "../../backupRunner";
import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import type { FreshnessCheck } from "../../freshnessCheck";
import type { RestoreDrill } from "../../restoreDrill";
import type { Account } from "../account";
import { childName } from "../childName";
import { DEFAULTS, tierPolicies } from "../defaults";
import { createDoctor, type Doctor, type DoctorTransforms } from "../doctor/doctorFunction";
import type { Scope } from "../scope";
import { doctorIntervalDaysOf } from "./doctorInterval";
import { drilledDatabases } from "./drillParts";

/** The parts that the doctor looks at. */
export interface DoctorParts {
  account: Account;
  repository: BackupRepository;
  runner: BackupRunner;
  topics: Alerting;
  primaryCheck: FreshnessCheck;
  replicaCheck: FreshnessCheck;
  drill: RestoreDrill | undefined;
  primaryAlarmNames: pulumi.Output<string[]>;
  replicaAlarmNames: pulumi.Output<string[]>;
  isReplicaElsewhere: boolean;
  transform: DoctorTransforms | undefined;
}

type Some = pulumi.Input<string> | undefined;
const given = (inputs: readonly Some[]): pulumi.Output<string[]> =>
  pulumi.all(inputs.filter((input) => input !== undefined));

/** Images that tasks run, and secrets that they are started with. */
function usedBy(args: DatabaseBackupArgs): { images: pulumi.Output<string[]>; secretArns: pulumi.Output<string[][]> } {
  const { databases = [], drill } = args;
  const drilled = drilledDatabases(args);
  return {
    images: given([
      args.image,
      drill?.serverImage,
      drill?.nextMajorServerImage,
      ...drilled.map((database) => database.drill?.serverImage),
    ]),
    secretArns: pulumi.all([given(databases.map(({ secretArn }) => secretArn)), given([drill?.identitySecretArn])]),
  };
}

function unseenChecks(name: string, isReplicaElsewhere: boolean): UnseenCheck[] {
  const own = {
    id: "alarm",
    subject: childName(name, "doctor", "errors-alarm"),
    why: "the function can't know the name of the alarm that watches it; backup321 doctor looks at it",
  };
  const why = "it is in another account, where this function may look at nothing; run backup321 doctor there";
  const far = [
    { id: "function.freshness", subject: "freshness function of the replica", why },
    { id: "topic", subject: "topic of the replica", why },
  ];
  return [own, ...(isReplicaElsewhere ? far : [])];
}

/**
 * The doctor that examines this stack on a schedule; undefined when there is none.
 *
 * @param args valid, with the preset's settings
 */
export function stackDoctor(scope: Scope, args: DatabaseBackupArgs, parts: DoctorParts): Doctor | undefined {
  if (args.doctor === false) return undefined;
  const { account, repository, runner, topics, primaryCheck, replicaCheck, drill, isReplicaElsewhere } = parts;
  const { replicaRegion } = args;
  const none = pulumi.output<string[]>([]);
  const far = <T>(output: pulumi.Output<T>): pulumi.Output<T> | undefined => (isReplicaElsewhere ? undefined : output);
  const stack = pulumi.output({
    repositoryName: scope.name,
    primaryBucketName: repository.primaryBucketName,
    primaryRegion: account.region,
    replicaBucketName: repository.replicaBucketName,
    replicaRegion,
    tiers: tierPolicies(args.tiers),
    objectLockMode: args.objectLockMode ?? DEFAULTS.objectLockMode,
    stateMachineArn: runner.stateMachineArn,
    starterArn: runner.starterArn,
    scheduleNames: runner.scheduleNames,
    scheduleGroupName: runner.scheduleGroupName,
    dumpTaskDefinitionArns: runner.dumpTaskDefinitionArns,
    verifyTaskDefinitionArns: runner.verifyTaskDefinitionArns,
    drillTaskDefinitionArns: drill?.taskDefinitionArns ?? none,
    dumpRoleArns: runner.dumpRoleArns,
    verifyRoleArns: runner.verifyRoleArns,
    drillRoleArns: drill?.drillRoleArns ?? none,
    primaryFreshnessFunctionName: primaryCheck.functionName,
    replicaFreshnessFunctionName: far(replicaCheck.functionName),
    primaryAlarmNames: parts.primaryAlarmNames,
    replicaAlarmNames: far(parts.replicaAlarmNames),
    primaryTopicArn: topics.primaryTopicArn,
    replicaTopicArn: far(topics.replicaTopicArn),
  });
  const bucketArn = (name: string, partition: string) => `arn:${partition}:s3:::${name}`;
  const targets = pulumi
    .output({
      partition: account.partition,
      accountId: account.accountId,
      region: account.region,
      primaryKeyArn: repository.primaryKmsKeyArn,
      replicaKeyArn: repository.replicaKmsKeyArn,
      functionArns: given([primaryCheck.functionArn, far(replicaCheck.functionArn)]),
      ...usedBy(args),
      stack,
    })
    .apply(
      ({ partition, accountId, region, primaryKeyArn, replicaKeyArn, functionArns, images, secretArns, stack }) => ({
        partition,
        accountId,
        primary: { bucketArn: bucketArn(stack.primaryBucketName, partition), keyArn: primaryKeyArn, region },
        replica: {
          bucketArn: bucketArn(stack.replicaBucketName, partition),
          keyArn: replicaKeyArn,
          region: replicaRegion,
        },
        isReplicaElsewhere,
        scheduleGroupName: stack.scheduleGroupName,
        machineArns: [stack.stateMachineArn, stack.starterArn],
        roleArns: [stack.dumpRoleArns, stack.verifyRoleArns, stack.drillRoleArns],
        functionArns,
        topicArns: [stack.primaryTopicArn, ...(stack.replicaTopicArn === undefined ? [] : [stack.replicaTopicArn])],
        images,
        secretArns,
      }),
    );
  return createDoctor({
    ...scope,
    name: childName(scope.name, "doctor"),
    account,
    intervalDays: doctorIntervalDaysOf(args)!,
    targets,
    file: stack.apply((known): DoctorFile => ({ stack: known, unseen: unseenChecks(scope.name, isReplicaElsewhere) })),
    alarmTopicArn: topics.primaryTopicArn,
    transform: parts.transform,
  });
}
