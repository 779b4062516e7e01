import type { AlertChannelArgs, AlertDeliveryArgs } from "../../alertArgs";
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
  const channels = isReplica ? alerts?.replicaChannels : alerts?.channels;
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

/** Problems of secrets that the replica's region would fetch from another one. Those that are known later are not judged. */
function farSecretProblems(channels: readonly AlertChannelArgs[], replicaRegion: string): string[] {
  return channels.flatMap(({ secretArn, signingSecretArn }, i) =>
    Object.entries({ secretArn, signingSecretArn }).flatMap(([argument, arn]) => {
      const where = `alerts.replicaChannels[${i}].${argument}`;
      if (typeof arn !== "string" || secretArnProblems(where, arn).length > 0) return [];
      const region = arn.split(":")[3]!;
      return region === replicaRegion
        ? []
        : [
            `${where} is in ${region}, and alerts of the replica's region ${replicaRegion} must need no other; ` +
              `replicate the secret to ${replicaRegion} and give its ARN there`,
          ];
    }),
  );
}

/** Problem of a sole receiver: the alarm that it is broken goes to its own function, and without mail to nobody else. */
function soleReceiverProblems(
  argument: string,
  channels: readonly AlertChannelArgs[],
  alertEmails: readonly string[] = [],
): string[] {
  return alertEmails.length > 0 || new Set(channels.map(({ secretArn }) => secretArn)).size !== 1
    ? []
    : [
        `${argument} has one receiver and alertEmails no address; when it breaks, only itself is told: ` +
          "give alertEmails an address, or a second channel with another secret",
      ];
}

/** Problems of `alerts`. */
export function alertPartProblems(
  { alerts, alertEmails, replicaRegion }: DatabaseBackupArgs,
  isReplicaElsewhere: boolean,
): string[] {
  if (alerts === undefined) return [];
  const { channels, replicaChannels } = alerts;
  const problems = [
    ...(channels ? channelsProblems("alerts.channels", channels) : []),
    ...(replicaChannels ? channelsProblems("alerts.replicaChannels", replicaChannels) : []),
    ...farSecretProblems(replicaChannels ?? [], replicaRegion),
    ...soleReceiverProblems("alerts.channels", channels ?? [], alertEmails),
    ...soleReceiverProblems("alerts.replicaChannels", replicaChannels ?? [], alertEmails),
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
  if (channels !== undefined && replicaChannels === undefined) {
    problems.push(
      isReplicaElsewhere
        ? "alerts.replicaChannels must be given for a replica in another account, with secrets of that account: none of it may read the primary's"
        : `alerts.replicaChannels must be given beside alerts.channels: alerts of ${replicaRegion} must not need the primary's region, ` +
            `which may be the one that is lost; replicate the secrets to ${replicaRegion} and give their ARNs there`,
    );
  }
  return problems;
}
