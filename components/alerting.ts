import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "./internal/account";
import { child } from "./internal/child";
import { childName } from "./internal/childName";
import { Guard, guardOf } from "./internal/guard";
import { topicStatements } from "./internal/runner/iamOrchestration";
import { policyJson } from "./internal/policyDocument";
import { type ReplicaAccess, replicaAccessProblems, replicaProviderOf } from "./internal/replicaProvider";
import { emailProblems, nameProblems, refuseProblems, regionProblems } from "./internal/validate";
import type { AssumeRoleArgs } from "./types";

/** Arguments of Alerting. */
export interface AlertingArgs {
  /** Region of the second topic. Alarms act only on topics of their own region. */
  replicaRegion: string;
  /**
   * Role in another account, where the second topic is put.
   *
   * @default - the second topic is in the first one's account
   */
  replicaAssumeRole?: AssumeRoleArgs;
  /**
   * Addresses that both topics write to, each after its owner confirmed.
   *
   * @default - nobody; subscribe to the topics yourself
   */
  alertEmails?: string[];
  /**
   * Tags of every taggable child.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Options of Alerting. */
export interface AlertingOptions extends pulumi.ComponentResourceOptions {
  /**
   * Provider of another account, where the second topic is put. `replicaAssumeRole` is the same as data.
   *
   * @default - the second topic is in the first one's account
   */
  replicaProvider?: aws.Provider;
}

/**
 * One SNS topic in each region, to which alarms, failed tasks and failed replication are sent. The topics have no customer key:
 * CloudWatch can't publish to one that is encrypted with the account's own aws/sns key, and alerts hold no data.
 */
export class Alerting extends pulumi.ComponentResource {
  /** Topic in the primary's region. Known only once its policy stands, since S3 tests the right to publish. */
  readonly primaryTopicArn: pulumi.Output<string>;
  /** Topic in the replica's region. */
  readonly replicaTopicArn: pulumi.Output<string>;

  /** @throws RunError with every problem of the arguments */
  constructor(name: string, args: AlertingArgs, opts?: AlertingOptions) {
    const access: ReplicaAccess = { assumeRole: args.replicaAssumeRole, provider: opts?.replicaProvider };
    refuseProblems("Alerting", name, [
      ...nameProblems(name),
      ...regionProblems("replicaRegion", args.replicaRegion),
      ...emailProblems(args.alertEmails),
      ...replicaAccessProblems(access),
    ]);
    const guard = new Guard(`Alerting "${name}"`, guardOf(opts?.parent));
    super("pulumi-backup321:index:Alerting", name, args, guard.options(opts));
    guard.watch(this);

    const replicaProvider = replicaProviderOf(this, name, guard, args.replicaRegion, access);
    const topicIn = (side: string, region: string | undefined, provider?: aws.Provider): pulumi.Output<string> => {
      const accountId = accountOf(this, provider).accountId;
      const topicName = childName(name, "alerts", side);
      const topic = child(aws.sns.Topic, topicName, { region, tags: args.tags }, guard, { parent: this, provider });
      const policy = child(
        aws.sns.TopicPolicy,
        childName(topicName, "policy"),
        {
          region,
          arn: topic.arn,
          policy: pulumi
            .all([topic.arn, accountId])
            .apply(([arn, account]) => policyJson(topicStatements(arn, account))),
        },
        guard,
        { parent: topic, provider },
      );
      (args.alertEmails ?? []).forEach((endpoint, i) => {
        const subscription = { region, topic: topic.arn, protocol: "email", endpoint };
        child(aws.sns.TopicSubscription, childName(topicName, "email", String(i + 1)), subscription, guard, {
          parent: topic,
          provider,
        });
      });
      return policy.arn;
    };
    this.primaryTopicArn = topicIn("primary", undefined);
    this.replicaTopicArn = topicIn("replica", args.replicaRegion, replicaProvider);
    this.registerOutputs({ primaryTopicArn: this.primaryTopicArn, replicaTopicArn: this.replicaTopicArn });
  }
}
