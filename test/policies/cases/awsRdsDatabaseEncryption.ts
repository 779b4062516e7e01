import { awsRdsDatabaseEncryption } from "../../../policies/rules/awsRdsDatabaseEncryption";
import { instance, JUDGED_ALL_THE_SAME, NOT_JUDGED, RESTORED, TYPES } from "../databases";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";

const refused = (label: string, got = "nothing"): string =>
  `${label}: storageEncrypted must be true, got ${got}; set it to true, which makes a new database.`;
const notKnown = (label: string): string =>
  `note: ${label}: storageEncrypted is not known yet; it is judged at the update.`;

const spelling = (label: string, type: string): RuleCase[] => [
  { name: `${label} passes with it`, stack: [{ type, name: "d", props: { storageEncrypted: true } }], expect: [] },
  { name: `${label} fails without it`, stack: [{ type, name: "d", props: {} }], expect: [refused(`${label} "d"`)] },
];

/** What the stack validator sees once the provider has filled it in. */
const filledIn = (database: Written, storageEncrypted: unknown): Written => ({
  ...database,
  props: { ...database.props, storageEncrypted },
});
const restoredCluster = (type: string): Written => ({
  type,
  name: "shop",
  props: { snapshotIdentifier: "before-migration", kmsKeyId: UNKNOWN_TEXT },
});

export const cases: RuleCases = {
  rule: awsRdsDatabaseEncryption,
  compliant: [
    { name: "an encrypted instance passes", stack: [instance({ storageEncrypted: true })], expect: [] },
    {
      name: "a cluster of Aurora Serverless v1 passes, which is always encrypted",
      stack: [{ type: TYPES.cluster, name: "shop", props: { engineMode: "serverless", masterUsername: "shop" } }],
      expect: [],
    },
    ...[TYPES.cluster, TYPES.docdb, TYPES.nativeCluster].map((type) => ({
      name: `${type} restored with a key passes`,
      stack: [restoredCluster(type)],
      expect: [],
    })),
    ...RESTORED.map(({ name, database }) => ({
      name: `${name} passes when it turns out encrypted`,
      stack: [database],
      outputs: [filledIn(database, true)],
      expect: [],
    })),
    ...NOT_JUDGED.map(({ name, database }) => ({
      name: `${name} passes without it`,
      stack: [instance({ storageEncrypted: true }), database],
      expect: [],
    })),
  ],
  violations: [
    {
      name: "fails when it is off",
      stack: [instance({ storageEncrypted: false })],
      expect: [refused('aws.rds.Instance "orders"', "false")],
    },
    { name: "fails when it is not set", stack: [instance()], expect: [refused('aws.rds.Instance "orders"')] },
    {
      name: "fails with a key alone",
      stack: [instance({ kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/k" })],
      expect: [refused('aws.rds.Instance "orders"')],
    },
    {
      name: "fails for a provisioned cluster with a key alone",
      stack: [{ type: TYPES.cluster, name: "shop", props: { engineMode: "provisioned", kmsKeyId: "k" } }],
      expect: [refused('aws.rds.Cluster "shop"')],
    },
    {
      name: "fails for a restored cluster that says no",
      stack: [filledIn(restoredCluster(TYPES.cluster), false)],
      expect: [refused('aws.rds.Cluster "shop"', "false")],
    },
    ...JUDGED_ALL_THE_SAME.map(({ name, label, database }) => ({
      name: `fails for ${name}`,
      stack: [database],
      expect: [refused(label)],
    })),
    ...RESTORED.map(({ name, label, database }) => ({
      name: `fails for ${name} that turns out unencrypted`,
      stack: [database],
      outputs: [filledIn(database, false)],
      expect: [refused(label, "false")],
    })),
  ],
  spellings: [
    ...spelling("aws.rds.Instance", TYPES.instance),
    ...spelling("aws-native.rds.DbInstance", TYPES.nativeInstance),
    ...spelling("aws.rds.Cluster", TYPES.cluster),
    ...spelling("aws-native.rds.DbCluster", TYPES.nativeCluster),
    ...spelling("aws.docdb.Cluster", TYPES.docdb),
  ],
  unknowns: [
    {
      name: "notes a value that is not known",
      stack: [instance({ storageEncrypted: UNKNOWN_TEXT })],
      expect: [notKnown('aws.rds.Instance "orders"')],
    },
    {
      name: "fails when it is not set, though the provider fills it in",
      stack: [{ type: TYPES.cluster, name: "shop", props: {} }],
      outputs: [{ type: TYPES.cluster, name: "shop", props: { storageEncrypted: UNKNOWN_TEXT } }],
      expect: [refused('aws.rds.Cluster "shop"')],
    },
    ...RESTORED.flatMap(({ name, label, database }) => [
      { name: `notes ${name}`, stack: [database], expect: [notKnown(label)] },
      {
        name: `notes ${name} that the provider will fill in`,
        stack: [database],
        outputs: [filledIn(database, UNKNOWN_TEXT)],
        expect: [notKnown(label)],
      },
    ]),
    {
      name: "notes an instance restored with a key, which does not encrypt it",
      stack: [instance({ snapshotIdentifier: "before-migration", kmsKeyId: UNKNOWN_TEXT })],
      expect: [notKnown('aws.rds.Instance "orders"')],
    },
  ],
  secrets: [
    {
      name: "fails without showing the password",
      stack: [instance({ password: secret("tr0ub4dor-and-3") })],
      expect: [refused('aws.rds.Instance "orders"')],
    },
  ],
};
