import { BackupRepository, type BackupRepositoryArgs } from "../../components";
import { ACCOUNT, byName, OTHER_ACCOUNT, REGION, REPLICA_REGION, settle, startMocks, valueOf } from "./mocks";

const alarmTopicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;
const replicaAlarmTopicArn = `arn:aws:sns:${REPLICA_REGION}:${ACCOUNT}:alerts`;
const dimensions = {
  SourceBucket: "orders-primary-0123456",
  DestinationBucket: "orders-replica-0123456",
  RuleId: "primary-to-replica",
};

async function build(args: Partial<BackupRepositoryArgs> = {}): Promise<BackupRepository> {
  await startMocks();
  const repository = new BackupRepository("orders", { replicaRegion: REPLICA_REGION, ...args });
  await settle();
  return repository;
}
const failed = () => byName("orders-replication-failed-alarm").inputs;
const slow = () => byName("orders-replication-latency-alarm").inputs;

describe("alarms of replication", () => {
  it("tell of failed copies, where the source is", async () => {
    await build({ alarmTopicArn, replicaAlarmTopicArn });
    expect(failed()).toEqual({
      alarmDescription:
        "orders: S3 could not copy an object to the replica and does not try again; see the replication status of the newest objects",
      namespace: "AWS/S3",
      metricName: "OperationsFailedReplication",
      dimensions,
      statistic: "Sum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      period: 300,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: [alarmTopicArn],
      okActions: [alarmTopicArn],
    });
  });

  it.each([
    [undefined, 60],
    [false, 60],
    [true, 15],
  ])("tell of slow copies, where the destination is (time control: %s)", async (replicationTimeControl, minutes) => {
    await build({ alarmTopicArn, replicaAlarmTopicArn, replicationTimeControl });
    expect(slow()).toEqual({
      region: REPLICA_REGION,
      alarmDescription: `orders: the replica is more than ${minutes} minutes behind the primary`,
      namespace: "AWS/S3",
      metricName: "ReplicationLatency",
      dimensions,
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: minutes * 60,
      period: 300,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: [replicaAlarmTopicArn],
      okActions: [replicaAlarmTopicArn],
    });
  });

  it("watch the rule that there is", async () => {
    await build();
    expect(byName("orders-replication-rule").inputs.rules.map((rule: { id: string }) => rule.id)).toEqual([
      failed().dimensions.RuleId,
    ]);
    expect(slow().dimensions).toEqual(failed().dimensions);
  });

  it("notify nobody without topics, each side by its own", async () => {
    await build();
    expect([failed().alarmActions, slow().alarmActions]).toEqual([[], []]);
    await build({ replicaAlarmTopicArn });
    expect([failed().alarmActions, slow().alarmActions]).toEqual([[], [replicaAlarmTopicArn]]);
  });

  it("are named by side", async () => {
    const repository = await build();
    expect(await valueOf(repository.alarmNames)).toEqual(["orders-replication-failed-alarm-0123456"]);
    expect(await valueOf(repository.replicaAlarmNames)).toEqual(["orders-replication-latency-alarm-0123456"]);
  });

  it("are in the account of their side", async () => {
    await build({ replicaAssumeRole: { roleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/replica-deployer` } });
    const inOther = (name: string) => byName(name).provider.includes("::orders-replica-provider::");
    expect(inOther("orders-replication-failed-alarm")).toBe(false);
    expect(inOther("orders-replication-latency-alarm")).toBe(true);
  });
});

describe("replication time control", () => {
  const destination = () => byName("orders-replication-rule").inputs.rules[0].destination;

  it("is 15 minutes with metrics of the same threshold, when asked for", async () => {
    await build({ replicationTimeControl: true });
    expect(destination()).toMatchObject({
      replicationTime: { status: "Enabled", time: { minutes: 15 } },
      metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
    });
  });

  it.each([undefined, false])("is left out otherwise (%s), the metrics are not", async (replicationTimeControl) => {
    await build({ replicationTimeControl });
    expect(destination()).not.toHaveProperty("replicationTime");
    expect(destination().metrics).toEqual({ status: "Enabled" });
  });
});
