/**
 * One repository, two runners: the shop's databases every four hours from its own network, the archive's once a week from another.
 * Compose the parts like this when databases live in several networks, or when teams own different runners.
 */
import * as pulumi from "@pulumi/pulumi";
import {
  Alerting,
  BackupRepository,
  BackupRunner,
  FreshnessCheck,
  RepositorySide,
  RestoreDrill,
  StorageClass,
  Tier,
  type TierArgs,
} from "pulumi-backup321";

const config = new pulumi.Config();
const replicaRegion = config.require("replicaRegion");
const image = config.require("image");

/** Lifetimes belong to the repository. Databases choose among them by name. */
const tiers: TierArgs[] = [
  { tier: Tier.Hourly, expireDays: 14, transitions: [] },
  { tier: Tier.Daily, expireDays: 35, transitions: [] },
  { tier: Tier.Weekly, expireDays: 400, transitions: [{ storageClass: StorageClass.Glacier, days: 30 }] },
];

const topics = new Alerting("records", { replicaRegion });
const repository = new BackupRepository("records", {
  replicaRegion,
  tiers,
  alarmTopicArn: topics.primaryTopicArn,
  replicaAlarmTopicArn: topics.replicaTopicArn,
});

const shared = {
  image,
  tiers,
  replicaRegion,
  repositoryName: "records",
  primaryBucketName: repository.primaryBucketName,
  primaryKmsKeyArn: repository.primaryKmsKeyArn,
  replicaBucketName: repository.replicaBucketName,
  alarmTopicArn: topics.primaryTopicArn,
};
const shop = new BackupRunner("shop", {
  ...shared,
  databases: [
    { name: "orders", secretArn: config.require("ordersSecretArn") },
    { name: "stock", secretArn: config.require("stockSecretArn") },
  ],
  scheduleExpression: "rate(4 hours)",
  timeoutMinutes: 120,
  vpcId: config.require("vpcId"),
  subnetIds: config.requireObject<string[]>("subnetIds"),
});
const archive = new BackupRunner("archive", {
  ...shared,
  databases: [{ name: "ledger", secretArn: config.require("ledgerSecretArn"), tiers: ["weekly"] }],
  scheduleExpression: "cron(0 3 ? * SUN *)",
  vpcId: config.require("archiveVpcId"),
  subnetIds: config.requireObject<string[]>("archiveSubnetIds"),
});

const judged = {
  tiers,
  repositoryName: "records",
  rpoMinutes: 8 * 60,
  databases: [{ name: "orders" }, { name: "stock" }, { name: "ledger", rpoMinutes: 8 * 1440, tiers: ["weekly"] }],
};
for (const [side, bucketName, region, alarmTopicArn] of [
  [RepositorySide.Primary, repository.primaryBucketName, undefined, topics.primaryTopicArn],
  [RepositorySide.Replica, repository.replicaBucketName, replicaRegion, topics.replicaTopicArn],
] as const) {
  new FreshnessCheck(`records-${side}`, { ...judged, side, bucketName, region, alarmTopicArn });
}

// Restores what each team has from the replica, into a throwaway server.
new RestoreDrill("records-drill", {
  image,
  serverImage: config.require("serverImage"),
  replicaRegion,
  repositoryName: "records",
  primaryBucketName: repository.primaryBucketName,
  primaryKmsKeyArn: repository.primaryKmsKeyArn,
  replicaBucketName: repository.replicaBucketName,
  replicaKmsKeyArn: repository.replicaKmsKeyArn,
  alarmTopicArn: topics.primaryTopicArn,
  databases: [{ name: "orders", rtoMinutes: 60 }, { name: "stock" }, { name: "ledger" }],
  vpcId: config.require("vpcId"),
  subnetIds: config.requireObject<string[]>("subnetIds"),
});

export const stateMachines = [shop.stateMachineArn, archive.stateMachineArn];
export const restorerRoleArn = repository.restorerRoleArn;
