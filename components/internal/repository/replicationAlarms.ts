import * as pulumi from "@pulumi/pulumi";
import type { BackupRepositoryArgs } from "../../backupRepositoryArgs";
import { DEFAULTS } from "../defaults";
import { REPLICATION_RULE_ID, type SidesInput } from "./replication";
import { alarm } from "../scope";

/** Names of the alarms, by the region that they are in. */
export interface ReplicationAlarms {
  primaryAlarmNames: pulumi.Output<string>[];
  replicaAlarmNames: pulumi.Output<string>[];
}

/**
 * Alarms on failed and on slow replication, each in the one region where S3 publishes its metric; anywhere else it would see nothing
 * for ever. Both metrics are silent when there is nothing to copy, so silence is no alarm here: freshness on the replica
 * judges what arrived.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
 */
export function createReplicationAlarms(
  input: SidesInput & { replicaProvider: pulumi.ProviderResource | undefined },
  args: Pick<BackupRepositoryArgs, "replicationTimeControl" | "alarmTopicArn" | "replicaAlarmTopicArn">,
): ReplicationAlarms {
  const { parent, name, guard, tags, primary, replica, transform } = input;
  const here = { parent, name, guard, tags };
  const there = { ...here, region: input.replicaRegion, provider: input.replicaProvider };
  const dimensions = {
    SourceBucket: primary.bucket.name,
    DestinationBucket: replica.bucket.name,
    RuleId: REPLICATION_RULE_ID,
  };
  const watch = { namespace: "AWS/S3", dimensions, comparison: "GreaterThanThreshold" as const };
  const minutes = args.replicationTimeControl
    ? DEFAULTS.replicationTimeControlMinutes
    : DEFAULTS.replicationLatencyMinutes;
  const failed = alarm(
    here,
    {
      ...watch,
      role: "replication-failed-alarm",
      description: `${name}: S3 could not copy an object to the replica and does not try again; see the replication status of the newest objects`,
      metricName: "OperationsFailedReplication",
      statistic: "Sum",
      threshold: 0,
      periodMinutes: 5,
      missingDataBreaches: false,
    },
    args.alarmTopicArn,
    transform.replicationAlarm,
  );
  const slow = alarm(
    there,
    {
      ...watch,
      role: "replication-latency-alarm",
      description: `${name}: the replica is more than ${minutes} minutes behind the primary`,
      metricName: "ReplicationLatency",
      statistic: "Maximum",
      threshold: minutes * 60,
      periodMinutes: 5,
      missingDataBreaches: false,
    },
    args.replicaAlarmTopicArn,
    transform.replicationAlarm,
  );
  return { primaryAlarmNames: [failed], replicaAlarmNames: [slow] };
}
