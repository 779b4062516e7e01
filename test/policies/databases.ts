import { UNKNOWN_TEXT, type Written } from "./harness";

/** Type tokens of databases, of what belongs to them, and of what backs them up. */
export const TYPES = {
  instance: "aws:rds/instance:Instance",
  nativeInstance: "aws-native:rds:DbInstance",
  cluster: "aws:rds/cluster:Cluster",
  nativeCluster: "aws-native:rds:DbCluster",
  clusterInstance: "aws:rds/clusterInstance:ClusterInstance",
  docdb: "aws:docdb/cluster:Cluster",
  elastic: "aws:docdb/elasticCluster:ElasticCluster",
  nativeElastic: "aws-native:docdbelastic:Cluster",
  neptune: "aws:neptune/cluster:Cluster",
  secret: "aws:secretsmanager/secret:Secret",
  nativeSecret: "aws-native:secretsmanager:Secret",
  secretVersion: "aws:secretsmanager/secretVersion:SecretVersion",
  attachment: "aws-native:secretsmanager:SecretTargetAttachment",
  proxy: "aws:rds/proxy:Proxy",
  proxyTarget: "aws:rds/proxyTarget:ProxyTarget",
  backup: "pulumi-backup321:index:DatabaseBackup",
  runner: "pulumi-backup321:index:BackupRunner",
  selection: "aws:backup/selection:Selection",
  nativeSelection: "aws-native:backup:BackupSelection",
  replication: "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
  password: "random:index/randomPassword:RandomPassword",
  stackReference: "pulumi:pulumi:StackReference",
} as const;

/** An RDS instance called `orders`. */
export function instance(props: object = {}, name = "orders"): Written {
  return { type: TYPES.instance, name, props: { engine: "postgres", username: "shop", ...props } };
}

/** A backup made from some resources, as at a first preview: what the engine knows is the dependency. */
export function backupOf(...names: string[]): Written {
  return {
    type: TYPES.backup,
    name: "nightly",
    props: { databases: [{ name: "orders", secretArn: UNKNOWN_TEXT }] },
    dependsOn: { databases: names },
  };
}

/** A backup that names what it backs up by known values alone. */
export const backupBy = (database: object): Written => ({
  type: TYPES.backup,
  name: "nightly",
  props: { databases: [{ name: "orders", ...database }] },
});

/** The secret `login`, with a version made from some resources. */
export function secretOf(names: string[], version: object = { secretString: UNKNOWN_TEXT }): Written[] {
  return [
    { type: TYPES.secret, name: "login", props: {} },
    {
      type: TYPES.secretVersion,
      name: "login-version",
      props: { secretId: UNKNOWN_TEXT, ...version },
      dependsOn: { secretId: ["login"], secretString: names },
    },
  ];
}

/** Copies of `orders` and members of clusters: no rule judges them, whatever they say. */
export const NOT_JUDGED: readonly { name: string; database: Written }[] = [
  {
    name: "a read replica",
    database: {
      ...instance({ replicateSourceDb: UNKNOWN_TEXT, skipFinalSnapshot: true }, "replica"),
      dependsOn: { replicateSourceDb: ["orders"] },
    },
  },
  {
    name: "a read replica in the native provider",
    database: {
      type: TYPES.nativeInstance,
      name: "replica",
      props: { sourceDbInstanceIdentifier: "arn:aws:rds:eu-west-1:123456789012:db:elsewhere" },
    },
  },
  {
    name: "an instance that replicates a cluster, in the native provider",
    database: { type: TYPES.nativeInstance, name: "replica", props: { sourceDbClusterIdentifier: "shop" } },
  },
  {
    name: "a cluster that replicates another",
    database: {
      type: TYPES.cluster,
      name: "replica",
      props: { replicationSourceIdentifier: "arn:aws:rds:eu-west-1:123456789012:cluster:shop" },
    },
  },
  {
    name: "a secondary cluster of a global database",
    database: { type: TYPES.cluster, name: "secondary", props: { globalClusterIdentifier: "shop" } },
  },
  {
    name: "a secondary DocumentDB cluster of a global database",
    database: { type: TYPES.docdb, name: "secondary", props: { globalClusterIdentifier: UNKNOWN_TEXT } },
  },
  {
    name: "an instance of a cluster",
    database: {
      type: TYPES.clusterInstance,
      name: "member",
      props: { clusterIdentifier: UNKNOWN_TEXT },
      dependsOn: { clusterIdentifier: ["orders"] },
    },
  },
  {
    name: "an instance of a cluster in the native provider",
    database: { type: TYPES.nativeInstance, name: "member", props: { dbClusterIdentifier: UNKNOWN_TEXT } },
  },
  {
    name: "a Neptune cluster",
    database: { type: TYPES.neptune, name: "graph", props: { skipFinalSnapshot: true } },
  },
];

/** Databases that name a source or a global database, and still have data of their own. */
export const JUDGED_ALL_THE_SAME: readonly { name: string; label: string; database: Written }[] = [
  {
    name: "an instance whose source is an empty text",
    label: 'aws.rds.Instance "orders"',
    database: instance({ replicateSourceDb: "" }),
  },
  {
    name: "the primary cluster of a global database",
    label: 'aws.rds.Cluster "shop"',
    database: {
      type: TYPES.cluster,
      name: "shop",
      props: { globalClusterIdentifier: "shop", masterUsername: "shop" },
    },
  },
];

/** Databases that are restored once and then go their own way; with what the stack validator sees of them. */
export const RESTORED: readonly { name: string; label: string; database: Written }[] = [
  {
    name: "an instance restored from a snapshot",
    label: 'aws.rds.Instance "orders"',
    database: instance({ snapshotIdentifier: "before-migration" }),
  },
  {
    name: "an instance restored to a point in time",
    label: 'aws.rds.Instance "orders"',
    database: instance({ restoreToPointInTime: { sourceDbInstanceIdentifier: "old", useLatestRestorableTime: true } }),
  },
  {
    name: "a global primary restored from a snapshot",
    label: 'aws.rds.Cluster "shop"',
    database: {
      type: TYPES.cluster,
      name: "shop",
      props: { globalClusterIdentifier: "shop", snapshotIdentifier: "before-migration" },
    },
  },
  {
    name: "an instance of the native provider restored to the latest time",
    label: 'aws-native.rds.DbInstance "orders"',
    database: {
      type: TYPES.nativeInstance,
      name: "orders",
      props: { sourceDbInstanceIdentifier: "old", useLatestRestorableTime: true },
    },
  },
  {
    name: "a cluster of the native provider restored to a time",
    label: 'aws-native.rds.DbCluster "shop"',
    database: {
      type: TYPES.nativeCluster,
      name: "shop",
      props: { sourceDbClusterIdentifier: "old", restoreToTime: "2026-11-20T00:00:00Z" },
    },
  },
];
