import * as aws from "@pulumi/aws";
import { DatabaseBackup, type DatabaseBackupArgs, type DatabaseBackupOptions } from "../../components";
import { BACKUP_ARGS } from "./fixtures";
import { byName, OTHER_ACCOUNT, registered, REGION, REPLICA_REGION, settle, startMocks, valueOf } from "./mocks";

/** Names of what is on the replica's side. */
const ON_REPLICA = /-replica(-|$)|-replication-latency-/;

describe("DatabaseBackup", () => {
  it.each<[string, () => [Partial<DatabaseBackupArgs>, DatabaseBackupOptions]]>([
    [
      "by a provider",
      () => [{}, { replicaProvider: new aws.Provider("my-replica-provider", { region: REPLICA_REGION }) }],
    ],
    ["by a role", () => [{ replicaAssumeRole: { roleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/backups` } }, {}]],
  ])("puts the replica's side into another account %s, made once, and nothing else", async (_, reach) => {
    await startMocks();
    const [args, opts] = reach();
    const mine = new aws.Provider("mine", { region: REGION });
    const backup = new DatabaseBackup("orders", { ...BACKUP_ARGS, ...args }, { ...opts, providers: [mine] });
    await settle();
    const children = registered.filter((r) => r.type.startsWith("aws:"));
    const elsewhere = children.filter((r) => r.provider.includes("-replica-provider::"));
    const here = children.filter((r) => r.provider.includes("::mine::"));
    expect(elsewhere.length + here.length).toBe(children.length);
    expect(elsewhere.map((r) => r.name).filter((name) => !ON_REPLICA.test(name))).toEqual([]);
    expect(here.map((r) => r.name).filter((name) => ON_REPLICA.test(name))).toEqual([]);
    expect(elsewhere.map((r) => r.name)).toEqual(
      expect.arrayContaining([
        "orders-alerts-replica",
        "orders-fresh-replica-function",
        "orders-fresh-replica-healthy-orders",
        "orders-replica",
        "orders-replica-key",
        "orders-replication-latency-alarm",
      ]),
    );
    const providers = registered.filter((r) => r.type === "pulumi:providers:aws").map((r) => r.name);
    expect(providers.sort()).toEqual([
      "mine",
      args.replicaAssumeRole ? "orders-replica-provider" : "my-replica-provider",
    ]);
    expect(await valueOf(backup.replicaRestorerRoleArn)).toContain(`::${OTHER_ACCOUNT}:`.slice(1));
    expect(await valueOf(backup.restorerRoleArn)).not.toContain(OTHER_ACCOUNT);
    expect(byName("orders-dashboard").inputs.dashboardBody).toContain(`"accountId":"${OTHER_ACCOUNT}"`);
    expect(byName("orders-fresh-replica-healthy-orders").inputs.alarmActions[0]).toContain(OTHER_ACCOUNT);
  });
});
