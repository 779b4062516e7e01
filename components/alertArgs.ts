import type * as pulumi from "@pulumi/pulumi";
import { AlertChannelKind } from "../runner/alertContract";

export { AlertChannelKind };

/** One receiver of alerts. Secrets are given by ARN and hold plain text, not JSON. */
export interface AlertChannelArgs {
  /** What kind of receiver it is. */
  kind: AlertChannelKind;
  /** Secrets Manager ARN of its URL; of PagerDuty the integration key. Never the value. */
  secretArn: pulumi.Input<string>;
  /**
   * Secrets Manager ARN of a text of at least 16 characters that signs what is sent; for a webhook alone.
   *
   * @default - what is sent is not signed
   */
  signingSecretArn?: pulumi.Input<string>;
  /**
   * Where events of PagerDuty go; for PagerDuty alone.
   *
   * @default - PagerDuty's address in the US
   */
  eventsUrl?: string;
}

/** Alerts of DatabaseBackup, beside mail. */
export interface AlertsArgs {
  /**
   * Receivers of the primary's alerts and of digests, 1-10. Needs `replicaChannels`. Of a single one `alertEmails` must hold an
   * address too: else nobody is told that it is broken.
   *
   * @default - none: alerts go to the topics and to `alertEmails`
   */
  channels?: AlertChannelArgs[];
  /**
   * Receivers of the alerts of the replica's region, 1-10; as a rule the same. Their secrets must be in that region, and of a replica
   * in another account in that account: what tells that the primary is lost must not need it. Replicas of the secrets will do.
   *
   * @default - none, and then no `channels` either
   */
  replicaChannels?: AlertChannelArgs[];
  /**
   * ARNs of customer managed keys that encrypt the secrets.
   *
   * @default - none: the secrets use their account's aws/secretsmanager key, which needs no grant
   */
  secretKmsKeyArns?: pulumi.Input<string>[];
  /**
   * When the channels are told that all is well, or is not: `cron(...)` or `rate(...)` of EventBridge Scheduler, in UTC.
   *
   * @default "cron(0 7 ? * MON *)"
   */
  digestScheduleExpression?: string;
  /**
   * Secrets Manager ARN of a URL that is called after each check that found every database of the primary good: a dead-man's switch of
   * a service outside of AWS, which alarms when the calls stop.
   *
   * @default - none
   */
  pingSecretArn?: pulumi.Input<string>;
  /**
   * The same for the replica, in its region; a URL of its own, or one side's silence hides behind the other's calls.
   *
   * @default - none
   */
  replicaPingSecretArn?: pulumi.Input<string>;
}

/** Arguments of AlertDelivery. */
export interface AlertDeliveryArgs {
  /** Topic whose messages are delivered, in the region of the delivery. */
  topicArn: pulumi.Input<string>;
  /** Receivers, 1-10; all of them get every alert. That a single one is broken is told to the topic's mail subscribers alone. */
  channels: AlertChannelArgs[];
  /**
   * Region of the topic, in which everything of this delivery runs.
   *
   * @default - the provider's region
   */
  region?: string;
  /**
   * ARNs of customer managed keys that encrypt the secrets.
   *
   * @default - none: the secrets use their account's aws/secretsmanager key, which needs no grant
   */
  secretKmsKeyArns?: pulumi.Input<string>[];
  /**
   * ARNs of the freshness functions that a digest asks, at most 2: one of each side.
   *
   * @default - none: no digest is sent
   */
  freshnessFunctionArns?: pulumi.Input<string>[];
  /**
   * When digests are sent: `cron(...)` or `rate(...)` of EventBridge Scheduler, in UTC.
   *
   * @default "cron(0 7 ? * MON *)"
   */
  digestScheduleExpression?: string;
  /**
   * Name of the repository, which alerts name.
   *
   * @default - the component's name
   */
  repositoryName?: string;
  /**
   * Bucket of the primary, for the commands that alerts give.
   *
   * @default - the commands leave it to the reader
   */
  primaryBucketName?: pulumi.Input<string>;
  /**
   * Region of that bucket.
   *
   * @default - the provider's region
   */
  primaryRegion?: pulumi.Input<string>;
  /**
   * Bucket of the replica, for the commands that alerts give.
   *
   * @default - the commands leave it to the reader
   */
  replicaBucketName?: pulumi.Input<string>;
  /**
   * Region of that bucket.
   *
   * @default - the commands leave it to the reader
   */
  replicaRegion?: string;
  /**
   * Tags of every taggable child.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}
