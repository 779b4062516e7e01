/** Everything at once: a network of its own, the databases' settings, tiers down to Deep Archive, restore drills, and alerts. */
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import {
  AlertChannelKind,
  CpuArchitecture,
  DatabaseBackup,
  Preset,
  SslMode,
  StorageClass,
  Tier,
} from "pulumi-backup321";

const config = new pulumi.Config();

const network = new awsx.ec2.Vpc("backups", {
  cidrBlock: "10.80.0.0/20",
  numberOfAvailabilityZones: 2,
  natGateways: { strategy: awsx.ec2.NatGatewayStrategy.Single },
});

const backup = new DatabaseBackup("records", {
  preset: Preset.Critical,
  databases: [
    {
      name: "orders",
      secretArn: config.require("ordersSecretArn"),
      secretKmsKeyArn: config.get("ordersSecretKeyArn"),
      sslMode: SslMode.VerifyFull,
      sslRootCertPath: "system",
      estimatedDumpGiB: 40,
      drill: { rtoMinutes: 120, assertions: [{ name: "has orders", sql: "SELECT count(*) FROM orders" }] },
    },
    {
      name: "crm",
      rdsIamAuth: {
        host: config.require("crmHost"),
        resourceId: config.require("crmResourceId"),
        username: "backup",
        databaseName: "crm",
      },
      tiers: ["daily", "monthly"],
      scheduleExpression: "cron(30 1 * * ? *)",
      scheduleTimezone: "Europe/Berlin",
      rpoMinutes: 32 * 60,
      estimatedDumpGiB: 5,
    },
  ],
  tiers: [
    { tier: Tier.Hourly, expireDays: 14, transitions: [] },
    { tier: Tier.Daily, expireDays: 60, transitions: [{ storageClass: StorageClass.StandardIa, days: 30 }] },
    { tier: Tier.Monthly, expireDays: 400, transitions: [{ storageClass: StorageClass.Glacier, days: 30 }] },
    {
      tier: Tier.Yearly,
      expireDays: 2600,
      transitions: [
        { storageClass: StorageClass.Glacier, days: 30 },
        { storageClass: StorageClass.DeepArchive, days: 120 },
      ],
    },
  ],
  image: config.require("image"),
  cpuArchitecture: CpuArchitecture.X86_64,
  vpcId: network.vpcId,
  subnetIds: network.privateSubnetIds,
  replicaRegion: config.require("replicaRegion"),
  replicationTimeControl: true,
  adminPrincipalArns: config.requireObject<string[]>("adminPrincipalArns"),
  alertEmails: config.getObject<string[]>("alertEmails"),
  drill: {
    serverImage: config.require("serverImage"),
    scheduleExpression: "cron(0 4 ? * SAT *)",
    rtoMinutes: 60,
    scratchGiB: 200,
  },
  alerts: {
    channels: [
      { kind: AlertChannelKind.Slack, secretArn: config.require("slackSecretArn") },
      { kind: AlertChannelKind.PagerDuty, secretArn: config.require("pagerDutySecretArn") },
    ],
    // The same secrets, replicated: alerts of the replica's region are told without the primary's.
    replicaChannels: [
      { kind: AlertChannelKind.Slack, secretArn: config.require("replicaSlackSecretArn") },
      { kind: AlertChannelKind.PagerDuty, secretArn: config.require("replicaPagerDutySecretArn") },
    ],
    pingSecretArn: config.get("pingSecretArn"),
  },
  tags: { "data-class": "backup" },
});

export const { primaryBucketName, replicaBucketName, restorerRoleArn, drillStateMachineArn } = backup;
export const { objectives, estimatedMonthlyCost } = backup;
