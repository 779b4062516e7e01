import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupRepository } from "../../backupRepository";
import type { BackupRunner } from "../../backupRunner";
import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import type { RestoreDrill } from "../../restoreDrill";
import type { Transform } from "../../types";
import { child } from "../child";
import { childName } from "../childName";
import type { Scope } from "../scope";
import { dashboardBody } from "./dashboard";
import { dashboardLimits } from "./dashboardLimits";
import { drilledDatabases } from "./drillParts";

/** The parts that a dashboard shows. */
export interface DashboardParts {
  repository: BackupRepository;
  runner: BackupRunner;
  drill: RestoreDrill | undefined;
  primaryRegion: pulumi.Output<string>;
  isReplicaElsewhere: boolean;
  transform: Transform<aws.cloudwatch.DashboardArgs> | undefined;
}

/**
 * The dashboard of a stack.
 *
 * @param args valid, with the preset's settings
 */
export function stackDashboard(
  scope: Scope,
  args: DatabaseBackupArgs,
  parts: DashboardParts,
): aws.cloudwatch.Dashboard {
  const { parent, name, guard } = scope;
  const { repository, runner, drill, primaryRegion, isReplicaElsewhere, transform } = parts;
  const { primaryBucketName, replicaBucketName } = repository;
  const { replicaRegion } = args;
  return child(
    aws.cloudwatch.Dashboard,
    childName(name, "dashboard"),
    {
      // Dashboards have no generated names, and one is overwritten silently by another of its name: the bucket's is unique.
      dashboardName: primaryBucketName.apply((bucketName) => bucketName.replace(/\./g, "-")),
      dashboardBody: pulumi
        .output({
          primaryRegion,
          replicaAccountId: isReplicaElsewhere ? repository.replicaAccountId : undefined,
          primaryBucketName,
          replicaBucketName,
          stateMachineArn: runner.stateMachineArn,
          starterArn: runner.starterArn,
          deadLetterQueueUrl: runner.deadLetterQueueUrl,
          drillStateMachineArn: drill?.stateMachineArn,
        })
        .apply((known) =>
          dashboardBody({
            ...known,
            repository: name,
            databases: args.databases?.map((one) => one.name),
            drilled: drilledDatabases(args).map((one) => one.name),
            drillRegion: args.drill?.inReplicaRegion ? replicaRegion : known.primaryRegion,
            replicaRegion,
            limits: dashboardLimits(args),
          }),
        ),
    },
    guard,
    { parent, transform },
  );
}
