/**
 * What alerts are told and what they say: settings, channels, the shape of an alert. Shared by what is provisioned (components/) and
 * what sends (alerts/, lambda/alertHandler.ts, `backup321 alert`). No I/O, no clock.
 */

/**
 * Environment variables of whatever sends alerts. It also reads those of `ENV` that name repository, buckets and regions, all
 * optional, to put them into the commands that an alert gives.
 */
export const ALERT_ENV = {
  /** JSON array of AlertChannel: where alerts go. */
  channels: "BACKUP321_ALERT_CHANNELS",
  /** ARN of a secret that holds the URL of a dead-man's switch. Read by freshness checks. */
  pingSecretArn: "BACKUP321_PING_SECRET_ARN",
  /** File that holds the URL of a dead-man's switch. */
  pingUrlFile: "BACKUP321_PING_URL_FILE",
  /** Comma-separated ARNs of the freshness functions of both sides, which a digest asks. */
  freshnessFunctionArns: "BACKUP321_FRESHNESS_FUNCTION_ARNS",
} as const;

/** Event that makes the alert function send a digest; anything else is a delivery of SNS. */
export const DIGEST_EVENT = { digest: true } as const;

/** Longest wait for a freshness function that a digest asks. */
export const DIGEST_INVOKE_SECONDS = 300;

/** Seconds that the alert function needs at most: a digest's questions, then each channel's attempts within a minute. */
export const ALERT_FUNCTION_TIMEOUT_SECONDS = 420;

/** Kinds of receivers. */
export enum AlertChannelKind {
  /** Incoming webhook of Slack. Its secret is the URL. */
  Slack = "slack",
  /** Workflow of Microsoft Teams, "when a webhook request is received". Its secret is the URL. */
  Teams = "teams",
  /** Events API v2 of PagerDuty. Its secret is the integration key. */
  PagerDuty = "pagerDuty",
  /** Any URL: JSON, signed where a signing secret is given. Its secret is the URL. */
  Webhook = "webhook",
}

/** One receiver. Exactly one of `secretArn` and `secretFile`; secrets are plain text, not JSON. */
export interface AlertChannel {
  kind: AlertChannelKind;
  /** ARN of a Secrets Manager secret. */
  secretArn?: string;
  /** File with the secret, for those who host it themselves. */
  secretFile?: string;
  /** ARN of a secret of at least 16 characters that signs what is sent; for `webhook` alone. */
  signingSecretArn?: string;
  /** The same in a file. */
  signingSecretFile?: string;
  /**
   * Where the events of PagerDuty go.
   * @default https://events.pagerduty.com/v2/enqueue; accounts in the EU: https://events.eu.pagerduty.com/v2/enqueue
   */
  eventsUrl?: string;
}

/** Highest first. */
export type AlertSeverity = "critical" | "warning" | "info";

/** One thing to tell people. Every text is for reading and holds no secret. */
export interface Alert {
  /** What it is about, stable from problem to recovery: an alarm's ARN, `freshness/<repository>/<database>/<side>`. */
  id: string;
  /** `digest` tells of a whole repository, whatever its state. */
  state: "problem" | "recovered" | "digest";
  severity: AlertSeverity;
  /** One line, without a full stop. */
  title: string;
  /** What is wrong (or was, or how things are), one sentence each, the most important first. */
  what: string[];
  /** When this state began, ISO 8601 UTC: the problem, or its end. */
  since: string;
  /** When this was found, ISO 8601 UTC. With `id` and `state` it tells a second delivery from a second notice. */
  at: string;
  /** What is at risk as long as it lasts; null for good news. */
  atRisk: string | null;
  /** One command for a shell that shows more or mends it; null where none helps. */
  nextCommand: string | null;
  /** Where it is; null where nobody could say. */
  source: { repository: string | null; database?: string; side?: "primary" | "replica"; region: string | null };
  /** Nothing for people to read: only for receivers that keep a state and may have to leave it. */
  isQuiet?: true;
}
