import * as aws from "@pulumi/aws";
import { Alerting } from "../../components";
import { messageOf } from "./fixtures";
import {
  ACCOUNT,
  byName,
  OTHER_ACCOUNT,
  registered,
  REGION,
  REPLICA_REGION,
  settle,
  startMocks,
  statementsOf,
  valueOf,
} from "./mocks";

const replicaAssumeRole = { roleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/replica-deployer` };

describe("Alerting's topics", () => {
  it.each([
    ["primary", REGION],
    ["replica", REPLICA_REGION],
  ])("let this account's services publish to the %s, and nobody in the clear", async (side, region) => {
    await startMocks();
    new Alerting("orders", { replicaRegion: REPLICA_REGION });
    await settle();
    const Resource = `arn:aws:sns:${region}:${ACCOUNT}:topic/orders-alerts-${side}`;
    expect(statementsOf(byName(`orders-alerts-${side}-policy`).inputs.policy)).toEqual({
      AlarmsAndBuckets: {
        Sid: "AlarmsAndBuckets",
        Effect: "Allow",
        Principal: { Service: ["cloudwatch.amazonaws.com", "s3.amazonaws.com"] },
        Action: "sns:Publish",
        Resource,
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
      },
      // Without a condition: EventBridge's deliveries to a topic may carry none of its keys, and would be refused.
      Events: {
        Sid: "Events",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sns:Publish",
        Resource,
      },
      DenyInsecureTransport: {
        Sid: "DenyInsecureTransport",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    });
  });
});

describe("the topic of a replica in another account", () => {
  it.each(["arguments", "options"])("is there, with its policy and subscriptions, by the %s", async (by) => {
    await startMocks();
    const replicaProvider = by === "options" ? new aws.Provider("orders-replica-provider") : undefined;
    const alerting = new Alerting(
      "orders",
      {
        replicaRegion: REPLICA_REGION,
        alertEmails: ["ops@shop.example"],
        ...(replicaProvider ? {} : { replicaAssumeRole }),
      },
      { replicaProvider },
    );
    await settle();
    const children = registered.filter((r) => r.type.startsWith("aws:"));
    expect(children.length).toBe(6);
    for (const { name, provider, inputs } of children) {
      const there = name.startsWith("orders-alerts-replica");
      expect([name, provider.includes("::orders-replica-provider::")]).toEqual([name, there]);
      expect([name, inputs.region]).toEqual([name, there ? REPLICA_REGION : undefined]);
    }
    const from = (side: string) =>
      statementsOf(byName(`orders-alerts-${side}-policy`).inputs.policy).AlarmsAndBuckets.Condition.StringEquals;
    expect(from("primary")).toEqual({ "aws:SourceAccount": ACCOUNT });
    expect(from("replica")).toEqual({ "aws:SourceAccount": OTHER_ACCOUNT });
    expect(await valueOf(alerting.replicaTopicArn)).toContain(`:${OTHER_ACCOUNT}:`);
  });

  it("fails when the way there is given twice", async () => {
    await startMocks();
    const replicaProvider = new aws.Provider("orders-replica-provider");
    const make = () =>
      new Alerting("orders", { replicaRegion: REPLICA_REGION, replicaAssumeRole }, { replicaProvider });
    expect(messageOf(make)).toBe(
      'Alerting "orders": replicaAssumeRole and the option replicaProvider both say how to reach the replica\'s account; keep one of them',
    );
    await settle();
  });
});
