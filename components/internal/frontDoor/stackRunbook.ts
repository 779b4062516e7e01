import * as pulumi from "@pulumi/pulumi";
import { renderRunbook } from "../../../runner/runbook/render";
import type { Alerting } from "../../alerting";
import type { BackupRepository } from "../../backupRepository";
import type { BackupRunner } from "../../backupRunner";
import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import { DEFAULTS } from "../defaults";
import { LISTED, objectivesOf } from "./objectives";

/** The parts that a runbook names. */
export interface RunbookParts {
  repository: BackupRepository;
  runner: BackupRunner;
  topics: Alerting;
  primaryRegion: pulumi.Output<string>;
  dashboardName: pulumi.Output<string>;
}

/**
 * The runbook with this stack's names, in Markdown. A deployment reads no repository: recovery points and measured times are in
 * that of `backup321 runbook`.
 *
 * @param args valid, with the preset's settings
 */
export function stackRunbook(title: string, args: DatabaseBackupArgs, parts: RunbookParts): pulumi.Output<string> {
  const { repository, runner, topics, primaryRegion, dashboardName } = parts;
  const databases = objectivesOf(args)
    .filter(({ database }) => database !== LISTED)
    .map(({ database, rpoMinutes }) => ({
      name: database,
      rpoMinutes,
      newest: { primary: null, replica: null },
      drills: null,
      drillProblem: null,
    }));
  return pulumi
    .output({
      primary: {
        bucket: repository.primaryBucketName,
        region: primaryRegion,
        restorerRoleArn: repository.restorerRoleArn,
        topicArn: topics.primaryTopicArn,
        kmsKeyArn: repository.primaryKmsKeyArn,
      },
      replica: {
        bucket: repository.replicaBucketName,
        region: args.replicaRegion,
        restorerRoleArn: repository.replicaRestorerRoleArn,
        topicArn: topics.replicaTopicArn,
        kmsKeyArn: repository.replicaKmsKeyArn,
      },
      stateMachineArn: runner.stateMachineArn,
      dumpRoleArns: runner.dumpRoleArns,
      dashboardName,
    })
    .apply((known) => {
      const lockMode = args.objectLockMode ?? DEFAULTS.objectLockMode;
      return renderRunbook({ ...known, title, generatedAt: null, lockMode, databases });
    });
}
