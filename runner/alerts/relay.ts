import * as z from "zod";
import { type Alert, ALERT_ENV, type AlertChannel, DIGEST_EVENT } from "../alertContract";
import { type Env, EnvReader } from "../config";
import { detailOf, problemsError, StageError } from "../errors";
import { type AlertContext, alertContext } from "./alertContext";
import { channelsOf } from "./channelConfig";
import { deliver, type DeliverDependencies, failuresOf } from "./deliver";
import { type DigestSide, digestOf, digestSideOf } from "./digest";
import { alertsFromMessage } from "./fromMessage";
import { deliveryId } from "./webhook";

const SNS_EVENT = z.object({
  Records: z
    .array(
      z.object({
        Sns: z.object({
          MessageId: z.string(),
          TopicArn: z.string(),
          Subject: z.string().nullish(),
          Message: z.string(),
          Timestamp: z.string(),
        }),
      }),
    )
    .min(1),
});
const ASKED_EVENT = z.object({ digest: z.literal(DIGEST_EVENT.digest) });

/** What the alert function needs. */
export interface RelayDependencies extends DeliverDependencies {
  /** Runs a freshness function and gives its result back. Errors hold its ARN. */
  invoke: (functionArn: string) => Promise<unknown>;
  /** What went out before in this process: the service repeats a failed delivery, mostly to the same one. */
  delivered: Set<string>;
}

const MAX_REMEMBERED = 1_000;
/** `2026-11-20T06` */
const HOUR_LENGTH = 13;

async function digest(
  functionArns: readonly string[],
  context: AlertContext,
  { invoke, clock }: RelayDependencies,
): Promise<Alert> {
  const problems: string[] = [];
  const sides: DigestSide[] = [];
  const results = await Promise.allSettled(functionArns.map(invoke));
  for (const [at, result] of results.entries()) {
    const side = result.status === "fulfilled" ? digestSideOf(result.value) : undefined;
    if (side) sides.push(side);
    else if (result.status === "rejected") problems.push(detailOf(result.reason));
    else problems.push(`freshness function ${functionArns[at]!} gave back no judgements; look at its log`);
  }
  const alert = digestOf(sides, context, clock());
  if (problems.length === 0) return alert;
  // A digest of one side must not read as if all were well.
  const what = [...problems.map((problem) => `Not looked at: ${problem}`), ...alert.what];
  return { ...alert, severity: "warning", title: "The digest is not complete", what };
}

async function deliverOnce(
  alert: Alert,
  channels: readonly AlertChannel[],
  dependencies: RelayDependencies,
): Promise<string[]> {
  const { delivered } = dependencies;
  const { id, state, at } = alert;
  // A digest that is asked for again, because one channel failed, is made anew some minutes later.
  const notice = deliveryId({ id, state, at: state === "digest" ? at.slice(0, HOUR_LENGTH) : at });
  const keyOf = (channel: string): string => `${notice}/${channel}`;
  const deliveries = await deliver(alert, channels, dependencies, (channel) => !delivered.has(keyOf(channel)));
  for (const { channel, failure } of deliveries) if (failure === undefined) delivered.add(keyOf(channel));
  for (const key of delivered) {
    if (delivered.size <= MAX_REMEMBERED) break;
    delivered.delete(key);
  }
  return failuresOf(deliveries);
}

/**
 * Sends what came, to every channel: messages of topics, or a digest when asked for one.
 *
 * @throws StageError `usage` for a bad configuration, or an event of another kind; `undelivered` with every failure together, after
 *   all else was sent, so that the service repeats it: a channel that has it is then left out as long as this process lives
 */
export async function relay(event: unknown, env: Env, dependencies: RelayDependencies): Promise<{ alerts: number }> {
  const reader = new EnvReader(env);
  const channels = channelsOf(reader, true);
  const context = alertContext(reader);
  const isDigest = ASKED_EVENT.safeParse(event).success;
  const arns = isDigest
    ? reader.required(ALERT_ENV.freshnessFunctionArns, "the ARNs of the freshness functions, separated by commas")
    : "";
  const messages = SNS_EVENT.safeParse(event);
  if (!isDigest && !messages.success) {
    reader.problems.push(
      'the event is neither a delivery of SNS nor {"digest":true}; subscribe this function to a topic',
    );
  }
  reader.finish("alert");
  const alerts: Alert[] = [];
  if (isDigest) {
    const functionArns = arns.split(",").map((arn) => arn.trim());
    alerts.push(await digest(functionArns, context, dependencies));
  } else {
    for (const { Sns } of messages.data!.Records) {
      const { MessageId, TopicArn, Subject, Message, Timestamp } = Sns;
      const message = {
        messageId: MessageId,
        topicArn: TopicArn,
        subject: Subject,
        message: Message,
        timestamp: Timestamp,
      };
      alerts.push(...alertsFromMessage(message, context));
    }
  }
  const problems: string[] = [];
  for (const alert of alerts) problems.push(...(await deliverOnce(alert, channels, dependencies)));
  if (problems.length > 0) throw problemsError("alert", "undelivered", problems);
  return { alerts: alerts.length };
}

/** Error of a freshness function that could not be run, or that failed. */
export function notInvoked(functionArn: string, reason: string): StageError {
  return new StageError("alert", "undelivered", `freshness function ${functionArn} gave no result: ${reason}`);
}
