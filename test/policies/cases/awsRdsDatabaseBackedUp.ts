import { awsRdsDatabaseBackedUp } from "../../../policies/rules/awsRdsDatabaseBackedUp";
import { awsBackupCases } from "../awsBackupCases";
import { RUN_TYPES, task, WRITER } from "../backupStacks";
import { backupBy, backupOf, instance, JUDGED_ALL_THE_SAME, NOT_JUDGED, RESTORED, secretOf, TYPES } from "../databases";
import { secret, UNKNOWN_TEXT, urnOf, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";

const refused = (label: string): string =>
  `${label}: nothing in this stack backs it up; pass its secret to a DatabaseBackup, select it in AWS Backup, or name the stack that backs it up in declaredBackups.`;
const REFUSED = refused('aws.rds.Instance "orders"');

const ARN = "arn:aws:rds:eu-central-1:123456789012:db:orders";
const SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-AbCdEf";
const RANDOM: Written = { type: TYPES.password, name: "random", props: {} };
const withPasswordFrom = (source: string, argument = "password"): Written => ({
  ...instance({ [argument]: UNKNOWN_TEXT }),
  dependsOn: { [argument]: [source] },
});

const known = (name: string, props: object, backup: Written): RuleCase => ({
  name: `${name} passes`,
  stack: [instance(props), backup],
  expect: [],
});

const spelling = (label: string, type: string): RuleCase[] => [
  {
    name: `${label} passes with a backup`,
    stack: [{ type, name: "d", props: {} }, backupOf("d")],
    expect: [],
  },
  { name: `${label} fails without one`, stack: [{ type, name: "d", props: {} }], expect: [refused(`${label} "d"`)] },
];

const indirect: RuleCase[] = [
  { name: "a secret made from it", stack: [...secretOf(["orders"]), backupOf("login")] },
  { name: "a version of such a secret", stack: [...secretOf(["orders"]), backupOf("login-version")] },
  {
    name: "a native secret attached to it",
    stack: [
      { type: TYPES.nativeSecret, name: "login", props: {} },
      {
        type: TYPES.attachment,
        name: "attached",
        props: { secretId: UNKNOWN_TEXT, targetId: UNKNOWN_TEXT },
        dependsOn: { secretId: ["login"], targetId: ["orders"] },
      },
      backupOf("login"),
    ],
  },
  {
    name: "a proxy in front of it",
    stack: [
      { type: TYPES.proxy, name: "proxy", props: {} },
      {
        type: TYPES.proxyTarget,
        name: "target",
        props: { dbProxyName: UNKNOWN_TEXT, dbInstanceIdentifier: UNKNOWN_TEXT },
        dependsOn: { dbProxyName: ["proxy"], dbInstanceIdentifier: ["orders"] },
      },
      backupOf("proxy"),
    ],
  },
  {
    name: "a DNS record of it",
    stack: [
      {
        type: "aws:route53/record:Record",
        name: "dns",
        props: { records: [UNKNOWN_TEXT] },
        dependsOn: { records: ["orders"] },
      },
      backupOf("dns"),
    ],
  },
  {
    name: "a replica of it",
    stack: [
      {
        ...instance({ replicateSourceDb: UNKNOWN_TEXT }, "replica"),
        dependsOn: { replicateSourceDb: ["orders"] },
      },
      backupOf("replica"),
    ],
  },
  {
    name: "a task that writes to a backup bucket",
    stack: [
      ...WRITER,
      { ...task(UNKNOWN_TEXT), dependsOn: { taskRoleArn: ["dump"], containerDefinitions: ["orders"] } },
    ],
  },
  {
    name: "a function that writes to a backup bucket",
    stack: [
      ...WRITER,
      {
        type: RUN_TYPES.lambda,
        name: "dump-function",
        props: { role: UNKNOWN_TEXT, environment: UNKNOWN_TEXT },
        dependsOn: { role: ["dump"], environment: ["orders"] },
      },
    ],
  },
].map(({ name, stack }) => ({ name: `a backup made from ${name} passes`, stack: [instance(), ...stack], expect: [] }));

const otherOnes: RuleCase[] = [
  { name: "a backup of another database", stack: [instance(), instance({}, "users"), backupOf("users")] },
  {
    name: "a backup that only shares its security group",
    stack: [
      { ...instance(), dependsOn: { vpcSecurityGroupIds: ["group"] } },
      { type: "aws:ec2/securityGroup:SecurityGroup", name: "group", props: {} },
      { ...instance({}, "users"), dependsOn: { vpcSecurityGroupIds: ["group"] } },
      backupOf("users", "group"),
    ],
  },
  {
    name: "a backup whose network alone is made from it",
    stack: [
      instance(),
      instance({}, "users"),
      { ...backupOf("users"), dependsOn: { databases: ["users"], vpcId: ["orders"] } },
    ],
  },
  {
    name: "a backup of a database that has its password from it",
    stack: [
      instance(),
      { ...instance({ password: UNKNOWN_TEXT }, "users"), dependsOn: { password: ["orders"] } },
      backupOf("users"),
    ],
  },
  {
    name: "a backup that has its secrets from the same other stack",
    stack: [
      { type: TYPES.stackReference, name: "platform", props: {} },
      withPasswordFrom("platform"),
      instance({}, "users"),
      backupOf("platform", "users"),
    ],
  },
  {
    name: "a task that writes no backup",
    stack: [
      instance(),
      instance({}, "users"),
      { ...task(UNKNOWN_TEXT), dependsOn: { containerDefinitions: ["orders"] } },
      backupOf("users"),
    ],
  },
].map(({ name, stack }) => ({ name: `fails with ${name}`, stack, expect: [REFUSED] }));

export const cases: RuleCases = {
  rule: awsRdsDatabaseBackedUp,
  compliant: [
    {
      name: "an instance whose secret a backup is made from passes",
      stack: [instance(), backupOf("orders")],
      expect: [],
    },
    ...indirect,
    { name: "a stack without databases passes", stack: [backupOf()], expect: [] },
    ...NOT_JUDGED.map(({ name, database }) => ({
      name: `${name} passes without a backup of its own`,
      stack: [instance(), backupOf("orders"), database],
      expect: [],
    })),
    ...[withPasswordFrom("random"), withPasswordFrom("random", "passwordWo")].map((database) => ({
      name: `a backup whose secret is made from the same ${Object.keys(database.dependsOn!)[0]} passes`,
      stack: [RANDOM, database, ...secretOf(["random"]), backupOf("login")],
      expect: [],
    })),
    {
      name: "databases that share a password pass with a backup of its secret",
      stack: [
        RANDOM,
        withPasswordFrom("random"),
        { ...withPasswordFrom("random"), name: "users" },
        ...secretOf(["random"]),
        backupOf("login"),
      ],
      expect: [],
    },
    {
      name: "a backup whose secret the database has its password from passes",
      stack: [RANDOM, withPasswordFrom("login-version"), ...secretOf(["random"]), backupOf("login")],
      expect: [],
    },
  ],
  violations: [
    { name: "fails with nothing", stack: [instance()], expect: [REFUSED] },
    ...otherOnes,
    ...[...JUDGED_ALL_THE_SAME, ...RESTORED].map(({ name, label, database }) => ({
      name: `fails for ${name}`,
      stack: [database],
      expect: [refused(label)],
    })),
    {
      name: "fails for each database once, in the order of their URNs",
      stack: [
        instance(),
        { type: TYPES.elastic, name: "e", props: {} },
        { type: TYPES.cluster, name: "c", props: {} },
        { type: TYPES.docdb, name: "d", props: {} },
      ],
      expect: [
        refused('aws.docdb.Cluster "d"'),
        refused('aws.docdb.ElasticCluster "e"'),
        refused('aws.rds.Cluster "c"'),
        REFUSED,
      ],
    },
    {
      name: "fails for the source alone when its replica is in the stack",
      stack: [instance(), NOT_JUDGED[0]!.database],
      expect: [REFUSED],
    },
  ],
  spellings: [
    ...spelling("aws.rds.Instance", TYPES.instance),
    ...spelling("aws-native.rds.DbInstance", TYPES.nativeInstance),
    ...spelling("aws.rds.Cluster", TYPES.cluster),
    ...spelling("aws-native.rds.DbCluster", TYPES.nativeCluster),
    ...spelling("aws.docdb.Cluster", TYPES.docdb),
    ...spelling("aws.docdb.ElasticCluster", TYPES.elastic),
    ...spelling("aws-native.docdbelastic.Cluster", TYPES.nativeElastic),
    {
      name: "a BackupRunner is a backup",
      stack: [instance(), { ...backupOf("orders"), type: TYPES.runner }],
      expect: [],
    },
    {
      name: "a member of a cluster stands for the cluster",
      stack: [
        { type: TYPES.cluster, name: "shop", props: { masterUsername: "shop" } },
        {
          type: TYPES.clusterInstance,
          name: "member",
          props: { clusterIdentifier: UNKNOWN_TEXT },
          dependsOn: { clusterIdentifier: ["shop"] },
        },
        backupOf("member"),
      ],
      expect: [],
    },
    ...awsBackupCases.spellings,
  ],
  unknowns: [
    {
      name: "fails with a backup whose databases are not known, and made from nothing here",
      stack: [instance(), { type: TYPES.backup, name: "nightly", props: { databases: UNKNOWN_TEXT } }],
      expect: [REFUSED],
    },
    ...awsBackupCases.unknowns,
  ],
  secrets: [
    {
      name: "fails without showing the password",
      stack: [instance({ password: secret("tr0ub4dor-and-3") })],
      expect: [REFUSED],
    },
    {
      name: "a secret whose text names the host passes, and is not shown",
      stack: [
        instance({ address: "orders.x.eu-central-1.rds.amazonaws.com" }),
        ...secretOf([], {
          secretString: secret('{"host":"orders.x.eu-central-1.rds.amazonaws.com","password":"tr0ub4dor"}'),
        }),
        backupOf("login"),
      ],
      expect: [],
    },
  ],
  others: [
    known(
      "its own secret by ARN",
      { masterUserSecrets: [{ secretArn: SECRET_ARN }] },
      backupBy({ secretArn: SECRET_ARN }),
    ),
    known(
      "its own native secret by ARN",
      { masterUserSecret: { secretArn: SECRET_ARN } },
      backupBy({ secretArn: SECRET_ARN }),
    ),
    known(
      "its host",
      { endpoint: "orders.x.rds.amazonaws.com:5432" },
      backupBy({ rdsIamAuth: { host: "orders.x.rds.amazonaws.com" } }),
    ),
    known(
      "its native host",
      { endpoint: { address: "orders.x.rds.amazonaws.com", port: "5432" } },
      backupBy({ rdsIamAuth: { host: "orders.x.rds.amazonaws.com" } }),
    ),
    known(
      "its resource id",
      { resourceId: "db-ABC" },
      backupBy({ rdsIamAuth: { host: "proxy", resourceId: "db-ABC" } }),
    ),
    {
      name: "a secret of the stack by ARN passes",
      stack: [
        instance(),
        { type: TYPES.secret, name: "login", props: { arn: SECRET_ARN } },
        secretOf(["orders"])[1]!,
        backupBy({ secretArn: SECRET_ARN }),
      ],
      expect: [],
    },
    ...["dbInstanceIdentifier", "dbClusterIdentifier"].map((field) => ({
      name: `a secret whose text names the ${field} passes`,
      stack: [
        instance({ identifier: "orders-1" }),
        ...secretOf([], { secretString: JSON.stringify({ [field]: "orders-1" }) }),
        backupOf("login"),
      ],
      expect: [],
    })),
    {
      name: "a native secret whose text names the host passes",
      stack: [
        instance({ address: "orders.x.rds.amazonaws.com" }),
        { type: TYPES.nativeSecret, name: "login", props: { secretString: '{"host":"orders.x.rds.amazonaws.com"}' } },
        backupOf("login"),
      ],
      expect: [],
    },
    {
      name: "fails with a secret whose text names another host, or is no JSON",
      stack: [
        instance({ address: "orders.x.rds.amazonaws.com" }),
        ...secretOf([], { secretString: '{"host":"users.x.rds.amazonaws.com"}' }),
        {
          type: TYPES.secretVersion,
          name: "older",
          props: { secretString: "orders" },
          dependsOn: { secretId: ["login"] },
        },
        backupOf("login"),
      ],
      expect: [REFUSED],
    },
    {
      name: "fails with a secret whose host is empty, as the database's is",
      stack: [instance({ address: "" }), ...secretOf([], { secretString: '{"host":""}' }), backupOf("login")],
      expect: [REFUSED],
    },
    {
      name: "the components' inputs are read, not what they give",
      stack: [instance({ arn: ARN, resourceId: "db-ABC" }), backupBy({ rdsIamAuth: { resourceId: "db-ABC" } })],
      outputs: [instance({ arn: ARN, resourceId: "db-ABC" }), { type: TYPES.backup, name: "nightly", props: {} }],
      expect: [],
    },
    ...["orders", `${TYPES.instance}::orders`, urnOf(instance())].map((database) => ({
      name: `a declared backup of ${database} passes`,
      stack: [instance()],
      config: { declaredBackups: [{ database, stack: "platform/backups/prod" }] },
      expect: [],
    })),
    {
      name: "fails with a declared backup of another database",
      stack: [instance()],
      config: { declaredBackups: [{ database: "users", stack: "platform/backups/prod", reason: "central dumps" }] },
      expect: [REFUSED],
    },
    {
      name: "an exempted database passes",
      stack: [instance()],
      config: {
        exemptions: [{ resource: "orders", reason: "a cache", owner: "shop", expires: "2027-06-30" }],
      },
      expect: [],
    },
    ...awsBackupCases.others,
  ],
};
