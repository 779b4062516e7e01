import { awsRdsDatabaseFinalSnapshot } from "../../../policies/rules/awsRdsDatabaseFinalSnapshot";
import { instance, JUDGED_ALL_THE_SAME, NOT_JUDGED, RESTORED, TYPES } from "../databases";
import { secret, UNKNOWN_TEXT } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";

const skips = (label: string): string =>
  `${label}: skipFinalSnapshot must be false, got true; set it to false and name the snapshot in finalSnapshotIdentifier.`;
const unnamed = (label: string): string =>
  `${label}: finalSnapshotIdentifier must name the final snapshot, got nothing; without it the database cannot be deleted but by skipping the snapshot.`;
const NAMED = { skipFinalSnapshot: false, finalSnapshotIdentifier: "orders-last" };

const spelling = (label: string, type: string): RuleCase[] => [
  { name: `${label} passes with a named snapshot`, stack: [{ type, name: "d", props: NAMED }], expect: [] },
  {
    name: `${label} fails when it skips it`,
    stack: [{ type, name: "d", props: { skipFinalSnapshot: true } }],
    expect: [skips(`${label} "d"`)],
  },
  { name: `${label} fails without a name`, stack: [{ type, name: "d", props: {} }], expect: [unnamed(`${label} "d"`)] },
];

const native = (label: string, type: string): RuleCase => ({
  name: `${label}, which has no such argument, passes`,
  stack: [{ type, name: "d", props: {} }],
  expect: [],
});

export const cases: RuleCases = {
  rule: awsRdsDatabaseFinalSnapshot,
  compliant: [
    { name: "an instance with a named snapshot passes", stack: [instance(NAMED)], expect: [] },
    {
      name: "an instance that does not skip by default passes",
      stack: [instance({ finalSnapshotIdentifier: "orders-last" })],
      expect: [],
    },
    ...NOT_JUDGED.map(({ name, database }) => ({
      name: `${name} passes without one`,
      stack: [instance(NAMED), database],
      expect: [],
    })),
  ],
  violations: [
    {
      name: "fails when it is skipped, with a name",
      stack: [instance({ ...NAMED, skipFinalSnapshot: true })],
      expect: [skips('aws.rds.Instance "orders"')],
    },
    {
      name: "fails when it has no name",
      stack: [instance({ skipFinalSnapshot: false })],
      expect: [unnamed('aws.rds.Instance "orders"')],
    },
    {
      name: "fails when its name is an empty text",
      stack: [instance({ finalSnapshotIdentifier: "" })],
      expect: [unnamed('aws.rds.Instance "orders"')],
    },
    ...[...JUDGED_ALL_THE_SAME, ...RESTORED]
      .filter(({ database }) => database.type.startsWith("aws:"))
      .map(({ name, label, database }) => ({
        name: `fails for ${name}`,
        stack: [database],
        expect: [unnamed(label)],
      })),
  ],
  spellings: [
    ...spelling("aws.rds.Instance", TYPES.instance),
    ...spelling("aws.rds.Cluster", TYPES.cluster),
    ...spelling("aws.docdb.Cluster", TYPES.docdb),
    native("aws-native.rds.DbInstance", TYPES.nativeInstance),
    native("aws-native.rds.DbCluster", TYPES.nativeCluster),
  ],
  unknowns: [
    {
      name: "notes whether it is skipped where that is not known",
      stack: [instance({ ...NAMED, skipFinalSnapshot: UNKNOWN_TEXT })],
      expect: ['note: aws.rds.Instance "orders": skipFinalSnapshot is not known yet; it is judged at the update.'],
    },
    {
      name: "passes with a name that is not known",
      stack: [instance({ finalSnapshotIdentifier: UNKNOWN_TEXT })],
      expect: [],
    },
    {
      name: "fails without a name, whether it is skipped or not",
      stack: [instance({ skipFinalSnapshot: UNKNOWN_TEXT })],
      expect: [unnamed('aws.rds.Instance "orders"')],
    },
    {
      name: "fails when it is skipped, whatever its name",
      stack: [instance({ skipFinalSnapshot: true, finalSnapshotIdentifier: UNKNOWN_TEXT })],
      expect: [skips('aws.rds.Instance "orders"')],
    },
  ],
  secrets: [
    {
      name: "fails without showing a name that is secret",
      stack: [instance({ skipFinalSnapshot: true, finalSnapshotIdentifier: secret("orders-before-merger") })],
      expect: [skips('aws.rds.Instance "orders"')],
    },
  ],
};
