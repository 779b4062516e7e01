/** Configuration of each example in TypeScript; made-up identifiers in the form of AWS's. */

const IMAGE = `registry.example/backup321@sha256:${"ab".repeat(32)}`;
const secret = (name: string, region = "eu-central-1"): string =>
  `arn:aws:secretsmanager:${region}:111111111111:secret:${name}-AbCdEf`;
const network = { vpcId: "vpc-1", subnetIds: '["subnet-1","subnet-2"]' };
const shared = { ...network, image: IMAGE, serverImage: IMAGE, replicaRegion: "eu-west-1" };

/** By folder; one that is missing here fails examples.test.ts. */
export const EXAMPLE_CONFIG: Record<string, Record<string, string>> = {
  minimal: { ...shared, secretArn: secret("shop"), databaseSecurityGroupId: "sg-1", databasePort: "5432" },
  complete: {
    image: IMAGE,
    replicaRegion: "eu-west-1",
    ordersSecretArn: secret("orders"),
    crmHost: "crm.example",
    serverImage: IMAGE,
    slackSecretArn: secret("slack"),
    pagerDutySecretArn: secret("pager-duty"),
    replicaSlackSecretArn: secret("slack", "eu-west-1"),
    replicaPagerDutySecretArn: secret("pager-duty", "eu-west-1"),
    crmResourceId: "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    adminPrincipalArns: '["arn:aws:iam::111111111111:role/deployer"]',
  },
  composed: {
    ...shared,
    ordersSecretArn: secret("orders"),
    stockSecretArn: secret("stock"),
    ledgerSecretArn: secret("ledger"),
    archiveVpcId: "vpc-2",
    archiveSubnetIds: '["subnet-3"]',
  },
  "cross-account": {
    ...shared,
    secretArn: secret("shop"),
    replicaRoleArn: "arn:aws:iam::222222222222:role/backup-replica",
  },
  stack: {
    ...shared,
    databases: JSON.stringify([
      { name: "orders", secretArn: secret("orders"), scheduleExpression: "rate(4 hours)", rpoMinutes: 540 },
      { name: "ledger", secretArn: secret("ledger"), tiers: ["daily"], scheduleTimezone: "Europe/Berlin" },
    ]),
    settings: JSON.stringify({ alertEmails: ["dba@example.com"], drill: { serverImage: IMAGE } }),
  },
};
