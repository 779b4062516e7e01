import * as z from "zod";
import { ALERT_ENV, type AlertChannel, AlertChannelKind } from "../alertContract";
import type { EnvReader } from "../config";

const ARN = /^arn:[a-z0-9-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$/;
const text = z.string().min(1);
const arn = z.string().regex(ARN, "must be the ARN of a Secrets Manager secret");

const CHANNEL = z
  .strictObject({
    kind: z.enum(AlertChannelKind),
    secretArn: arn.optional(),
    secretFile: text.optional(),
    signingSecretArn: arn.optional(),
    signingSecretFile: text.optional(),
    eventsUrl: z.url({ protocol: /^https$/, error: "must be an https URL" }).optional(),
  })
  .superRefine((channel, context) => {
    const refuse = (message: string) => context.addIssue({ code: "custom", message });
    const isSigned = channel.signingSecretArn !== undefined || channel.signingSecretFile !== undefined;
    if ((channel.secretArn === undefined) === (channel.secretFile === undefined)) {
      refuse("give exactly one of secretArn and secretFile");
    }
    if (channel.signingSecretArn !== undefined && channel.signingSecretFile !== undefined) {
      refuse("give only one of signingSecretArn and signingSecretFile");
    }
    if (isSigned && channel.kind !== AlertChannelKind.Webhook) refuse("only a webhook is signed");
    if (channel.eventsUrl !== undefined && channel.kind !== AlertChannelKind.PagerDuty) {
      refuse("only pagerDuty has an eventsUrl");
    }
  });

/** Longest list of channels: all are served at once. */
const MAX_CHANNELS = 20;

/** A list of channels, or everything that is wrong with it. Values that could be secrets are never shown. */
export function parseChannels(json: string): { channels: AlertChannel[]; problems: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's own message shows the text, and somebody may have put a URL there.
    return {
      channels: [],
      problems: [' is no JSON; set it to an array like [{"kind":"slack","secretArn":"arn:..."}]'],
    };
  }
  const parsed = z.array(CHANNEL).min(1, "is empty; name at least one channel").max(MAX_CHANNELS).safeParse(value);
  if (parsed.success) {
    // Absent and undefined are one for a reader; keys of zod that hold undefined are left out.
    return { channels: JSON.parse(JSON.stringify(parsed.data)) as AlertChannel[], problems: [] };
  }
  const problems = parsed.error.issues.map(({ path, message }) => {
    const [index, ...keys] = path;
    const where = index === undefined ? "" : `[${String(index)}]${keys.map((key) => `.${String(key)}`).join("")}`;
    return `${where} ${message}`;
  });
  return { channels: [], problems };
}

/** Reads the channels; none is a problem only where `isRequired`. */
export function channelsOf(reader: EnvReader, isRequired: boolean): AlertChannel[] {
  const json = isRequired
    ? reader.required(ALERT_ENV.channels, 'JSON like [{"kind":"slack","secretArn":"arn:..."}]')
    : (reader.optional(ALERT_ENV.channels) ?? "");
  if (json === "") return [];
  const { channels, problems } = parseChannels(json);
  reader.problems.push(...problems.map((problem) => `${ALERT_ENV.channels}${problem}`));
  return channels;
}

/** What channels are called in messages: the kind, with a number where there are several of it. */
export function channelNames(channels: readonly AlertChannel[]): string[] {
  return channels.map(({ kind }, at) => {
    if (channels.filter((other) => other.kind === kind).length === 1) return kind;
    return `${kind}-${channels.slice(0, at + 1).filter((other) => other.kind === kind).length}`;
  });
}
