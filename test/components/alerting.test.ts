import { Alerting } from "../../components";
import { ACCOUNT, byName, REGION, REPLICA_REGION, settle, startMocks, statementsOf } from "./mocks";

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
