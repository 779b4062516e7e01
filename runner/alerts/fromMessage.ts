import type { Alert } from "../alertContract";
import type { AlertContext } from "./alertContext";
import { ALARM_MESSAGE, alertFromAlarm } from "./fromAlarm";
import { alertFromEvent, BUS_EVENT } from "./fromEvent";
import { alertsFromS3, S3_MESSAGE, S3_TEST_MESSAGE } from "./fromS3";
import { clip } from "./wording";

/** A message as a topic delivers it. */
export interface TopicMessage {
  messageId: string;
  topicArn: string;
  subject?: string | null | undefined;
  message: string;
  /** ISO 8601. */
  timestamp: string;
}

const MAX_UNKNOWN = 1_500;

/** An alert of its own for what nobody here knows: better a raw text than silence. */
function unknown({ messageId, topicArn, subject, message, timestamp }: TopicMessage, context: AlertContext): Alert {
  const firstLine = message.split("\n", 1)[0]!.trim();
  return {
    id: `${topicArn}/${messageId}`,
    state: "problem",
    severity: "warning",
    title: clip(
      subject ?? (firstLine === "" || firstLine.startsWith("{") ? "A message on the alarm topic" : firstLine),
      200,
    ),
    what: ["A message of a kind that is not known here came to the alarm topic:", clip(message, MAX_UNKNOWN)],
    since: timestamp,
    at: timestamp,
    atRisk: null,
    nextCommand: null,
    source: { repository: context.repository, region: topicArn.split(":")[3] ?? null },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The alerts of one message; none for S3's test of a topic, and at least one for whatever else comes. */
export function alertsFromMessage(message: TopicMessage, context: AlertContext): Alert[] {
  const json = jsonOf(message.message);
  const alarm = ALARM_MESSAGE.safeParse(json);
  if (alarm.success) return [alertFromAlarm(alarm.data, context, message.timestamp)];
  const s3 = S3_MESSAGE.safeParse(json);
  if (s3.success) return alertsFromS3(s3.data, context);
  if (S3_TEST_MESSAGE.safeParse(json).success) return [];
  const event = BUS_EVENT.safeParse(json);
  return [(event.success ? alertFromEvent(event.data, context) : undefined) ?? unknown(message, context)];
}
