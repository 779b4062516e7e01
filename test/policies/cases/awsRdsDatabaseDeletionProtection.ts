import { awsRdsDatabaseDeletionProtection } from "../../../policies/rules/awsRdsDatabaseDeletionProtection";
import { instance, JUDGED_ALL_THE_SAME, NOT_JUDGED, RESTORED, TYPES } from "../databases";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";

const refused = (label: string, got = "nothing"): string =>
  `${label}: deletionProtection must be true, got ${got}; set it to true.`;

const spelling = (label: string, type: string): RuleCase[] => [
  { name: `${label} passes with it`, stack: [{ type, name: "d", props: { deletionProtection: true } }], expect: [] },
  { name: `${label} fails without it`, stack: [{ type, name: "d", props: {} }], expect: [refused(`${label} "d"`)] },
];

export const cases: RuleCases = {
  rule: awsRdsDatabaseDeletionProtection,
  compliant: [
    { name: "a protected instance passes", stack: [instance({ deletionProtection: true })], expect: [] },
    ...NOT_JUDGED.map(({ name, database }) => ({
      name: `${name} passes without it`,
      stack: [instance({ deletionProtection: true }), database],
      expect: [],
    })),
  ],
  violations: [
    {
      name: "fails when it is off",
      stack: [instance({ deletionProtection: false })],
      expect: [refused('aws.rds.Instance "orders"', "false")],
    },
    { name: "fails when it is not set", stack: [instance()], expect: [refused('aws.rds.Instance "orders"')] },
    ...[...JUDGED_ALL_THE_SAME, ...RESTORED].map(({ name, label, database }) => ({
      name: `fails for ${name}`,
      stack: [database],
      expect: [refused(label)],
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
      stack: [instance({ deletionProtection: UNKNOWN_TEXT })],
      expect: ['note: aws.rds.Instance "orders": deletionProtection is not known yet; it is judged at the update.'],
    },
    {
      name: "fails when it is not set, whatever the provider fills in",
      stack: [instance()],
      outputs: [instance({ deletionProtection: UNKNOWN_TEXT })],
      expect: [refused('aws.rds.Instance "orders"')],
    },
  ],
  secrets: [
    {
      name: "fails without showing the password",
      stack: [instance({ password: secret("tr0ub4dor-and-3") })],
      expect: [refused('aws.rds.Instance "orders"')],
    },
  ],
  others: [
    {
      name: "an elastic cluster, which has no such argument, passes",
      stack: [{ type: TYPES.elastic, name: "docs", props: {} }],
      expect: [],
    },
    {
      name: "a name of its own makes no member of a native cluster",
      stack: [native({ deletionProtection: true })],
      expect: [],
    },
    {
      name: "fails for a native cluster with a name of its own",
      stack: [native({})],
      expect: [refused('aws-native.rds.DbCluster "shop"')],
    },
  ],
};

function native(props: object): Written {
  return { type: TYPES.nativeCluster, name: "shop", props: { dbClusterIdentifier: "shop", ...props } };
}
