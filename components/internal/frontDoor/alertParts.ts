import type { AlertDeliveryArgs } from "../../alertArgs";
import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import { RepositorySide } from "../../types";
import { channelsProblems, digestProblems, secretKeyProblems } from "../alerts/alertProblems";
import { secretArnProblems } from "../validate";

/** What the delivery of one side is told; undefined when there is none. */
export function deliveryArgs(
  { alerts, replicaRegion, tags }: DatabaseBackupArgs,
  side: RepositorySide,
  wiring: Pick<
    AlertDeliveryArgs,
    | "topicArn"
    | "freshnessFunctionArns"
    | "repositoryName"
    | "primaryBucketName"
    | "primaryRegion"
    | "replicaBucketName"
  >,
): AlertDeliveryArgs | undefined {
  const isReplica = side === RepositorySide.Replica;
  const channels = (isReplica ? alerts?.replicaChannels : undefined) ?? alerts?.channels;
  if (channels === undefined) return undefined;
  return {
    ...wiring,
    channels,
    region: isReplica ? replicaRegion : undefined,
    replicaRegion,
    secretKmsKeyArns: alerts!.secretKmsKeyArns,
    digestScheduleExpression: alerts!.digestScheduleExpression,
    tags,
  };
}

/** Problems of `alerts`. */
export function alertPartProblems({ alerts }: DatabaseBackupArgs, isReplicaElsewhere: boolean): string[] {
  if (alerts === undefined) return [];
  const { channels, replicaChannels } = alerts;
  const problems = [
    ...(channels ? channelsProblems("alerts.channels", channels) : []),
    ...(replicaChannels ? channelsProblems("alerts.replicaChannels", replicaChannels) : []),
    ...secretKeyProblems("alerts.secretKmsKeyArns", alerts.secretKmsKeyArns),
    ...digestProblems("alerts.digestScheduleExpression", alerts.digestScheduleExpression),
    ...secretArnProblems("alerts.pingSecretArn", alerts.pingSecretArn),
    ...secretArnProblems("alerts.replicaPingSecretArn", alerts.replicaPingSecretArn),
  ];
  if (replicaChannels !== undefined && channels === undefined) {
    problems.push(
      "alerts.replicaChannels is given without alerts.channels; the primary's region would tell nobody: give both",
    );
  }
  if (channels !== undefined && replicaChannels === undefined && isReplicaElsewhere) {
    problems.push(
      "alerts.replicaChannels must be given for a replica in another account, with secrets of that account: none of it may read the primary's",
    );
  }
  return problems;
}
