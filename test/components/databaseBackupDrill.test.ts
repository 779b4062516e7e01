import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  AlertChannelKind,
  DatabaseBackup,
  type DatabaseBackupArgs,
  type DatabaseBackupOptions,
} from "../../components";
import { ALERT_ENV } from "../../runner/alertContract";
import { BACKUP_ARGS, messageOf, SERVER_IMAGE } from "./fixtures";
import { ACCOUNT, byName, registered, REGION, REPLICA_REGION, SECRET, settle, startMocks, valueOf } from "./mocks";

async function build(args: Partial<DatabaseBackupArgs>, opts?: DatabaseBackupOptions): Promise<DatabaseBackup> {
  const backup = new DatabaseBackup("shop", { ...BACKUP_ARGS, ...args }, opts);
  await settle();
  return backup;
}

const ORDERS = { name: "orders", secretArn: SECRET };
const CRM = { name: "crm", secretArn: SECRET };
const drill = { serverImage: SERVER_IMAGE };
const THERE = { inReplicaRegion: true, vpcId: "vpc-there", subnetIds: ["subnet-there"] };
const secretOf = (name: string, region = REGION) => `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:${name}-AbCdEf`;
const channels = [{ kind: AlertChannelKind.Slack, secretArn: secretOf("slack") }];
const replicaChannels = [{ ...channels[0]!, secretArn: secretOf("slack", REPLICA_REGION) }];
const alerts = { channels, replicaChannels };
const alertEmails = ["dba@example.com"];
const twice = (one: typeof channels, region?: string) => [...one, { ...one[0]!, secretArn: secretOf("chat", region) }];
const elsewhere = () => ({ replicaProvider: new aws.Provider("shop-replica-provider", { region: REPLICA_REGION }) });

/** What the freshness function of a side is told about each database. */
async function judged(side: string): Promise<Record<string, unknown>[]> {
  const { assets } = byName(`shop-fresh-${side}-function`).inputs.code as pulumi.asset.AssetArchive;
  const file = (await assets)["databases.json"] as pulumi.asset.StringAsset;
  return JSON.parse(await file.text) as Record<string, unknown>[];
}

it("DatabaseBackup names the children of drills and alerts as the contract says", async () => {
  await startMocks();
  await build({ drill, alerts, alertEmails });
  const added = registered.filter((r) => /-(drill|alert)(-|$)/.test(r.name));
  expect(added.map((r) => `${r.type} ${r.name}`).sort()).toMatchSnapshot();
});

describe("DatabaseBackup's drills", () => {
  it("restore every database in the runner's network, and are judged by both freshness checks", async () => {
    await startMocks();
    const backup = await build({ drill, databases: [ORDERS, { ...CRM, drill: { rtoMinutes: 30 } }] });
    expect(await valueOf(backup.drillTaskDefinitionArns)).toEqual(
      ["orders", "crm"].map((name) => expect.stringMatching(`task-definition/shop-drill-${name}:1$`) as string),
    );
    expect(await valueOf(backup.drillStateMachineArn!)).toMatch(/shop-drill-machine$/);
    expect(await valueOf(backup.drillRoleArns)).toEqual([expect.stringMatching(/shop-drill-role-1$/)]);
    expect(byName("shop-drill-tasks").inputs.vpcId).toBe("vpc-1");
    expect(byName("shop-drill-crm", "TaskDefinition").inputs.containerDefinitions).toContain('"value":"30"');
    for (const side of ["primary", "replica"]) {
      expect(await judged(side)).toMatchObject([
        { name: "crm", drillIntervalDays: 7 },
        { name: "orders", drillIntervalDays: 7 },
      ]);
    }
    expect(byName("shop-drill-age-orders").inputs.dimensions).toEqual({ Repository: "shop", Database: "orders" });
    expect(await valueOf(backup.primaryAlarmNames)).toContain("shop-drill-age-orders-0123456");
    expect(byName("shop-dashboard").inputs.dashboardBody).toContain("Age of the last restore drill");
  });

  it("restore those alone that are named", async () => {
    await startMocks();
    await build({ drill: { ...drill, databases: ["crm"] }, databases: [ORDERS, CRM] });
    expect(registered.filter((r) => /^shop-drill-age-/.test(r.name)).map((r) => r.name)).toEqual([
      "shop-drill-age-crm",
    ]);
    expect((await judged("primary")).map((one) => one.drillIntervalDays)).toEqual([7, undefined]);
  });

  it("run in the replica's region where told, with its network, its topic and its alarms", async () => {
    await startMocks();
    const backup = await build({ drill: { ...drill, ...THERE } });
    expect(byName("shop-drill-tasks").inputs).toMatchObject({ vpcId: "vpc-there", region: REPLICA_REGION });
    const topic = await valueOf(backup.replicaTopicArn);
    expect(byName("shop-drill-age-orders").inputs).toMatchObject({ region: REPLICA_REGION, alarmActions: [topic] });
    expect(await valueOf(backup.replicaAlarmNames)).toContain("shop-drill-age-orders-0123456");
    expect(await valueOf(backup.primaryAlarmNames)).not.toContain("shop-drill-age-orders-0123456");
  });

  it("are not there unless asked for, and the outputs say so", async () => {
    await startMocks();
    const backup = await build({});
    expect(backup.drillStateMachineArn).toBeUndefined();
    expect(await valueOf(backup.drillTaskDefinitionArns)).toEqual([]);
    expect(await valueOf(backup.drillRoleArns)).toEqual([]);
    expect(registered.filter((r) => r.name.includes("drill"))).toEqual([]);
    expect(await judged("primary")).toEqual([{ name: "orders", rpoMinutes: 1740 }]);
  });

  const age = `age1${"q".repeat(58)}`;
  it.each<[string, Partial<DatabaseBackupArgs>, string]>([
    [
      "a list of databases",
      { drill, databases: undefined, databaseList: { bucketName: "lists", key: "k", secretNamePrefix: "db/" } },
      "drill is for databases that are named, not for databaseList; compose a RestoreDrill with some of the list's names",
    ],
    [
      "a database that is none",
      { drill: { ...drill, databases: ["orders", "billing"] } },
      'drill.databases must be among the databases, got "billing"',
    ],
    [
      "no database to drill",
      { drill: { ...drill, databases: [] } },
      "drill.databases must hold at least one database; leave it out for all",
    ],
    [
      "a database's drill without drills",
      { databases: [{ ...ORDERS, drill: {} }] },
      "databases[0].drill is given without drill; say there how drills are run, or remove it",
    ],
    [
      "a server without digest",
      { drill: { serverImage: "postgres:17" } },
      'drill.serverImage must be pinned by digest (<repository>@sha256:<64 hex digits>), got "postgres:17"; a tag can change between two drills',
    ],
    [
      "a network without subnets",
      { drill: { ...drill, vpcId: "vpc-2" } },
      "drill.vpcId and drill.subnetIds belong together, got one of them; give both or neither",
    ],
    [
      "no network in the replica's region",
      { drill: { ...drill, inReplicaRegion: true } },
      "drill.inReplicaRegion needs drill.vpcId and drill.subnetIds of that region; networks end at their region",
    ],
    [
      "a network that reaches one region",
      { drill, vpcEndpoints: { routeTableIds: ["rtb-1"] } },
      "drill reads the replica's region and writes to the primary's, and the endpoint to S3 of vpcEndpoints leads to one region alone; " +
        "give drill.vpcId and drill.subnetIds with a NAT gateway",
    ],
    [
      "a dump that the drill can't open",
      { drill, databases: [ORDERS, { ...CRM, dump: { ageRecipients: [age] } }] },
      "databases[1] is encrypted by age, and a drill that can't decrypt has failed; give drill.identitySecretArn a key pair of the drills' " +
        "own that is among ageRecipients",
    ],
    [
      "a dump that fills the disk",
      { drill, databases: [{ ...ORDERS, estimatedDumpGiB: 50 }] },
      "drill.scratchGiB must be more than databases[0].estimatedDumpGiB (50), got 50; a restored database is larger than its dump: raise it, " +
        "or leave that one out by drill.databases",
    ],
    [
      "a database's objective beyond the time-out",
      { drill: { ...drill, timeoutMinutes: 30 }, databases: [{ ...ORDERS, drill: { rtoMinutes: 31 } }] },
      "databases[0].drill.rtoMinutes must be a whole number from 1 to 30, got 31",
    ],
  ])("fail when there is %s", async (_, args, problem) => {
    await startMocks();
    expect(messageOf(() => new DatabaseBackup("shop", { ...BACKUP_ARGS, ...args }))).toBe(
      `DatabaseBackup "shop": ${problem}`,
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it("fail in the replica's region when that is another account's", async () => {
    await startMocks();
    expect(
      messageOf(() => new DatabaseBackup("shop", { ...BACKUP_ARGS, drill: { ...drill, ...THERE } }, elsewhere())),
    ).toBe(
      'DatabaseBackup "shop": drill.inReplicaRegion is for a replica in the primary\'s account, whose topic there can tell of a failed ' +
        "drill; leave it out, or compose a RestoreDrill with a topic of your own",
    );
    await settle();
  });

  it("are taken with a key for what is encrypted, endpoints beside a network of their own, and a dump that fits", async () => {
    await startMocks();
    await build({
      drill: { ...drill, vpcId: "vpc-2", subnetIds: ["subnet-2"], identitySecretArn: secretOf("identity") },
      vpcEndpoints: { routeTableIds: ["rtb-1"] },
      databases: [{ ...ORDERS, estimatedDumpGiB: 49, dump: { ageRecipients: [age] } }],
    });
    expect(byName("shop-drill-orders", "TaskDefinition").inputs.containerDefinitions).toContain(secretOf("identity"));
  });
});

describe("DatabaseBackup's alerts", () => {
  it("are delivered from both regions, and digests of both sides from the primary's", async () => {
    await startMocks();
    const backup = await build({ alerts, alertEmails });
    const told = (side: string) => byName(`shop-alert-${side}-function`).inputs.environment.variables;
    expect(JSON.parse(told("primary")[ALERT_ENV.channels])).toEqual(channels);
    expect(JSON.parse(told("replica")[ALERT_ENV.channels])).toEqual(replicaChannels);
    expect(told("primary")[ALERT_ENV.freshnessFunctionArns]).toMatch(
      /fresh-primary-function,.*fresh-replica-function$/,
    );
    expect(told("replica")).not.toHaveProperty(ALERT_ENV.freshnessFunctionArns);
    expect(byName("shop-alert-replica-subscription").inputs).toMatchObject({
      region: REPLICA_REGION,
      topic: await valueOf(backup.replicaTopicArn),
    });
    expect(await valueOf(backup.primaryAlarmNames)).toContain("shop-alert-primary-dead-letters-alarm-0123456");
    expect(await valueOf(backup.replicaAlarmNames)).toContain("shop-alert-replica-dead-letters-alarm-0123456");
  });

  it("need no mail where another channel tells that one is broken", async () => {
    await startMocks();
    const both = { channels: twice(channels), replicaChannels: twice(replicaChannels, REPLICA_REGION) };
    await build({ alerts: both, alertEmails: [] });
    const told = byName("shop-alert-replica-function").inputs.environment.variables[ALERT_ENV.channels];
    expect(JSON.parse(told)).toEqual(both.replicaChannels);
  });

  it("take secrets that are known later, wherever they will be", async () => {
    await startMocks();
    const later = channels.map((one) => ({ ...one, secretArn: pulumi.output(one.secretArn) }));
    await build({ alerts: { channels, replicaChannels: later }, alertEmails });
    expect(byName("shop-alert-replica-function").inputs.environment.variables[ALERT_ENV.channels]).toContain(REGION);
  });

  it("are put beside a replica in another account, with secrets of that account", async () => {
    await startMocks();
    await build({ alerts, alertEmails }, elsewhere());
    expect(byName("shop-alert-replica-function").provider).toContain("shop-replica-provider");
    expect(
      byName("shop-alert-primary-function").inputs.environment.variables[ALERT_ENV.freshnessFunctionArns],
    ).not.toContain("replica");
  });

  it("call a dead-man's switch of each side's own", async () => {
    await startMocks();
    const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/alerts`;
    await build({ alerts: { pingSecretArn: secretOf("ping"), secretKmsKeyArns: [key] } });
    const told = (side: string) => byName(`shop-fresh-${side}-function`).inputs.environment.variables;
    expect(told("primary")[ALERT_ENV.pingSecretArn]).toBe(secretOf("ping"));
    expect(told("replica")).not.toHaveProperty(ALERT_ENV.pingSecretArn);
    expect(byName("shop-fresh-primary-function-role-policy").inputs.policy).toContain(key);
    expect(byName("shop-fresh-replica-function-role-policy").inputs.policy).not.toContain("secretsmanager");
    expect(registered.filter((r) => r.name.startsWith("shop-alert-"))).toEqual([]);
  });

  const silent = (side: string) =>
    `alerts.${side} has one receiver and alertEmails no address; when it breaks, only itself is told: give alertEmails an address, ` +
    "or a second channel with another secret";
  it.each<[string, Partial<DatabaseBackupArgs>, DatabaseBackupOptions | undefined, string]>([
    [
      "no channel",
      { alerts: { channels: [], replicaChannels }, alertEmails },
      undefined,
      "alerts.channels must hold 1 to 10 channels, got 0",
    ],
    [
      "nobody to tell that the primary's channel is broken",
      { alerts: { channels, replicaChannels: twice(replicaChannels, REPLICA_REGION) }, alertEmails: [] },
      undefined,
      silent("channels"),
    ],
    [
      "nobody to tell that the replica's channel is broken",
      { alerts: { channels: twice(channels), replicaChannels } },
      undefined,
      silent("replicaChannels"),
    ],
    [
      "one channel twice",
      { alerts: { channels: [...channels, ...channels], replicaChannels: twice(replicaChannels, REPLICA_REGION) } },
      undefined,
      silent("channels"),
    ],
    [
      "no channel for the replica's region",
      { alerts: { channels }, alertEmails },
      undefined,
      "alerts.replicaChannels must be given beside alerts.channels: alerts of eu-west-1 must not need the primary's region, which may be " +
        "the one that is lost; replicate the secrets to eu-west-1 and give their ARNs there",
    ],
    [
      "a channel of the replica with secrets in the primary's region",
      {
        alerts: {
          channels,
          replicaChannels: [
            {
              kind: AlertChannelKind.Webhook,
              secretArn: secretOf("hook", REPLICA_REGION),
              signingSecretArn: secretOf("signing"),
            },
          ],
        },
        alertEmails,
      },
      undefined,
      "alerts.replicaChannels[0].signingSecretArn is in eu-central-1, and alerts of the replica's region eu-west-1 must need no other; " +
        "replicate the secret to eu-west-1 and give its ARN there",
    ],
    [
      "channels of the replica alone",
      { alerts: { replicaChannels }, alertEmails },
      undefined,
      "alerts.replicaChannels is given without alerts.channels; the primary's region would tell nobody: give both",
    ],
    [
      "a switch's URL in place of its secret",
      { alerts: { pingSecretArn: "https://ping.example/x" } },
      undefined,
      "alerts.pingSecretArn must be an ARN like arn:aws:secretsmanager:<region>:<account>:secret:<name>, got 22 other characters",
    ],
    [
      "a digest at no time",
      { alerts: { ...alerts, digestScheduleExpression: "mondays" }, alertEmails },
      undefined,
      'alerts.digestScheduleExpression must be rate(<n> <unit>) or cron(<six fields>), got "mondays"',
    ],
  ])("fail when there is %s", async (_, args, opts, problem) => {
    await startMocks();
    expect(messageOf(() => new DatabaseBackup("shop", { ...BACKUP_ARGS, ...args }, opts))).toBe(
      `DatabaseBackup "shop": ${problem}`,
    );
    await settle();
  });

  it("fail when a replica in another account has no secrets of its own", async () => {
    await startMocks();
    const args = { ...BACKUP_ARGS, alerts: { channels }, alertEmails };
    expect(messageOf(() => new DatabaseBackup("shop", args, elsewhere()))).toBe(
      'DatabaseBackup "shop": alerts.replicaChannels must be given for a replica in another account, with secrets of that account: none of ' +
        "it may read the primary's",
    );
    await settle();
  });
});
