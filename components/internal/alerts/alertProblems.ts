import { AlertChannelKind, type AlertChannelArgs, type AlertDeliveryArgs } from "../../alertArgs";
import { DEFAULTS, LIMITS } from "../defaults";
import { readSchedule } from "../schedule";
import {
  enumProblems,
  keyArnProblems,
  patternProblems,
  regionProblems,
  secretArnProblems,
  topicArnProblems,
} from "../validate";

function channelProblems(where: string, { kind, secretArn, signingSecretArn, eventsUrl }: AlertChannelArgs): string[] {
  return [
    ...enumProblems(`${where}.kind`, kind, AlertChannelKind),
    ...secretArnProblems(`${where}.secretArn`, secretArn),
    ...secretArnProblems(`${where}.signingSecretArn`, signingSecretArn),
    ...(signingSecretArn !== undefined && kind !== AlertChannelKind.Webhook
      ? [`${where}.signingSecretArn is for a webhook alone, got kind ${kind}; remove it`]
      : []),
    ...(eventsUrl !== undefined && kind !== AlertChannelKind.PagerDuty
      ? [`${where}.eventsUrl is for pagerDuty alone, got kind ${kind}; remove it`]
      : []),
    ...patternProblems(`${where}.eventsUrl`, eventsUrl, /^https:\/\/[\w.-]+\/[\w./-]*$/, "an https URL"),
  ];
}

/** Problems of a list of channels. */
export function channelsProblems(argument: string, channels: readonly AlertChannelArgs[]): string[] {
  if (channels.length < 1 || channels.length > LIMITS.alertChannels) {
    return [`${argument} must hold 1 to ${LIMITS.alertChannels} channels, got ${channels.length}`];
  }
  return channels.flatMap((channel, i) => channelProblems(`${argument}[${i}]`, channel));
}

/** Problems of when digests are sent. */
export function digestProblems(argument: string, expression: string | undefined): string[] {
  return readSchedule(expression ?? DEFAULTS.digestScheduleExpression, "UTC").problems.map((problem) =>
    problem.replace(/^scheduleExpression/, argument),
  );
}

/** Problems of keys. */
export function secretKeyProblems(argument: string, arns: AlertDeliveryArgs["secretKmsKeyArns"] = []): string[] {
  return arns.flatMap((arn, i) => keyArnProblems(`${argument}[${i}]`, arn));
}

/** Every problem of a delivery's arguments that can be known before anything is registered. */
export function alertDeliveryProblems(args: AlertDeliveryArgs): string[] {
  const functions = args.freshnessFunctionArns?.length ?? 0;
  return [
    ...topicArnProblems("topicArn", args.topicArn),
    ...channelsProblems("channels", args.channels),
    ...regionProblems("region", args.region),
    ...secretKeyProblems("secretKmsKeyArns", args.secretKmsKeyArns),
    ...(functions > 2
      ? [`freshnessFunctionArns must hold at most 2 functions, one of each side, got ${functions}`]
      : []),
    ...digestProblems("digestScheduleExpression", args.digestScheduleExpression),
    ...regionProblems("replicaRegion", args.replicaRegion),
  ];
}
