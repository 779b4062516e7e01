import { awsS3BackupBucketReplication } from "../../../policies/rules/awsS3BackupBucketReplication";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";
import { backupBucket, bucket, namedBackup, part, TYPES } from "../stacks";

const OUTSIDE = "arn:aws:s3:::shop-copies-elsewhere";
const FIX = "add an aws.s3.BucketReplicationConfig with a rule to a bucket in another Region";
const missing = (label = "aws.s3.Bucket") => `${label} "b" holds backups but is not replicated; ${FIX}.`;
const within = (region = "eu-central-1", label = "aws.s3.Bucket") =>
  `${label} "b" holds backups but replicates only within ${region}; ${FIX}.`;
const off = (label = "aws.s3.Bucket") =>
  `${label} "b" holds backups but no replication rule of it is "Enabled"; enable one.`;
const NOTE =
  'note: aws.s3.Bucket "b": whether its replication is enabled is not known yet; it is judged at the update.';

const rule = (destination: unknown, status: unknown = "Enabled") => ({ status, destination: { bucket: destination } });
/** A replication of `b`; `from` is what its rules are made from. */
const replication = (rules: unknown, from: string[] = []): Written => ({
  ...part(TYPES.replication, { rules }, "replication"),
  dependsOn: { bucket: ["b"], rules: from },
});
const here = { region: "eu-central-1" };
const there = { region: "eu-west-1" };
/** A locked bucket called `copy`. */
const copy = (props: object = {}): Written => ({ ...backupBucket(props), name: "copy" });

export const cases: RuleCases = {
  rule: awsS3BackupBucketReplication,
  compliant: [
    { name: "leaves buckets that hold no backups alone", stack: [bucket()], expect: [] },
    {
      name: "passes with a copy in another Region, at a first preview",
      stack: [backupBucket(here), copy(there), replication([rule(UNKNOWN_TEXT)], ["copy"])],
      expect: [],
    },
    {
      name: "passes with a copy in another Region, by its ARN",
      stack: [
        backupBucket({ bucket: "shop-db", ...here }),
        copy({ bucket: "shop-copy", ...there }),
        replication([rule("arn:aws:s3:::shop-copy")]),
      ],
      expect: [],
    },
    {
      name: "passes with a copy whose name comes from another of its resources",
      stack: [
        backupBucket(here),
        copy(there),
        { ...part(TYPES.versioning, {}, "v"), dependsOn: { bucket: ["copy"] } },
        replication([rule(UNKNOWN_TEXT)], ["v"]),
      ],
      expect: [],
    },
    {
      name: "passes with Regions of providers",
      stack: [
        { ...backupBucket(), provider: here },
        { ...copy(), provider: there },
        replication([rule(UNKNOWN_TEXT)], ["copy"]),
      ],
      expect: [],
    },
    {
      name: "passes with a bucket outside the stack, in another account",
      stack: [backupBucket(here), replication([rule(OUTSIDE)])],
      expect: [],
    },
    {
      name: "passes with a bucket outside the stack whose name is made from its own",
      stack: [backupBucket(here), replication([rule(UNKNOWN_TEXT)], ["b"])],
      expect: [],
    },
    {
      name: "passes when no Region is known",
      stack: [backupBucket(), copy(), replication([rule(UNKNOWN_TEXT)], ["copy"])],
      expect: [],
    },
    {
      name: "passes when the copy's Region alone is not known",
      stack: [backupBucket(here), copy(), replication([rule(UNKNOWN_TEXT)], ["copy"])],
      expect: [],
    },
    {
      name: "passes with one rule out of the Region among others",
      stack: [
        backupBucket(here),
        { ...bucket(here), name: "near" },
        replication([rule(UNKNOWN_TEXT, "Disabled"), rule(OUTSIDE)], ["near"]),
      ],
      expect: [],
    },
    {
      name: "passes when two buckets copy to each other",
      stack: [
        backupBucket(here),
        copy(there),
        replication([rule(UNKNOWN_TEXT)], ["copy"]),
        {
          ...part(TYPES.replication, { rules: [rule(UNKNOWN_TEXT)] }, "back"),
          dependsOn: { bucket: ["copy"], rules: ["b"] },
        },
      ],
      expect: [],
    },
    { name: "passes as a replica by its name", stack: [backupBucket({ bucket: "shop-replica" })], expect: [] },
    { name: "passes as a replica by its tag", stack: [backupBucket({ tags: { role: "replica" } })], expect: [] },
    ...["s3:ReplicateObject", "s3:Replicate*"].map((Action) => ({
      name: `passes as a replica by a policy that allows ${Action}`,
      stack: [
        backupBucket(),
        part(TYPES.policy, { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: [Action] }] }) }),
      ],
      expect: [],
    })),
  ],
  violations: [
    { name: "fails without replication", stack: [backupBucket()], expect: [missing()] },
    { name: "fails by the bucket's name", stack: [namedBackup()], expect: [missing()] },
    {
      name: "fails with a lock that is a resource of its own",
      stack: [bucket(), part(TYPES.lock, {})],
      expect: [missing()],
    },
    { name: "fails without rules", stack: [backupBucket(), replication([])], expect: [missing()] },
    {
      name: "fails with a rule that is off",
      stack: [backupBucket(), replication([rule(OUTSIDE, "Disabled")])],
      expect: [off()],
    },
    {
      name: "fails with a rule that is off, and its destination needs none",
      stack: [backupBucket(here), copy(there), replication([rule(UNKNOWN_TEXT, "Disabled")], ["copy"])],
      expect: [off()],
    },
    {
      name: "fails within a Region, at a first preview",
      stack: [backupBucket(here), copy(here), replication([rule(UNKNOWN_TEXT)], ["copy"])],
      expect: [within()],
    },
    {
      name: "fails within a Region, by the ARN",
      stack: [
        backupBucket({ bucket: "shop-db", ...here }),
        copy({ bucket: "shop-copy", ...here }),
        replication([rule("arn:aws:s3:::shop-copy")]),
      ],
      expect: [within()],
    },
    {
      name: "fails within the Region of one provider",
      stack: [
        { ...backupBucket(), provider: there },
        { ...copy(), provider: there },
        replication([rule(UNKNOWN_TEXT)], ["copy"]),
      ],
      expect: [within("eu-west-1")],
    },
    {
      name: "fails when a bucket copies to itself, which makes it no replica",
      stack: [backupBucket({ bucket: "shop-db", ...here }), replication([rule("arn:aws:s3:::shop-db")], ["b"])],
      expect: [within()],
    },
    {
      name: "fails when the one rule out of the Region is off",
      stack: [
        backupBucket(here),
        { ...bucket(here), name: "near" },
        replication([rule(UNKNOWN_TEXT), rule(OUTSIDE, "Disabled")], ["near"]),
      ],
      expect: [within()],
    },
    ...[
      { Effect: "Deny", Action: "s3:ReplicateObject" },
      { Effect: "Allow", Action: "s3:GetObject" },
    ].map((statement) => ({
      name: `fails with a policy that makes no replica: ${statement.Effect} ${statement.Action}`,
      stack: [backupBucket(), part(TYPES.policy, { policy: JSON.stringify({ Statement: statement }) })],
      expect: [missing()],
    })),
  ],
  spellings: [
    ...[
      { type: TYPES.bucket, label: "aws.s3.Bucket", argument: "replicationConfiguration", list: false },
      { type: TYPES.bucketV2, label: "aws.s3.BucketV2", argument: "replicationConfigurations", list: true },
      { type: TYPES.native, label: "aws-native.s3.Bucket", argument: "replicationConfiguration", list: false },
    ].flatMap(({ type, label, argument, list }): RuleCase[] => {
      const written = (destination: unknown, status = "Enabled") => {
        const to = { bucket: destination };
        const rules = [list ? { status, destinations: [to] } : { status, destination: to }];
        return backupBucket({ ...here, [argument]: list ? [{ rules }] : { rules } }, type);
      };
      return [
        { name: `passes by the argument of ${label}`, stack: [written(OUTSIDE)], expect: [] },
        {
          name: `passes by the argument of ${label} at a first preview`,
          stack: [{ ...written(UNKNOWN_TEXT), dependsOn: { [argument]: ["copy"] } }, copy(there)],
          expect: [],
        },
        {
          name: `fails when it is off in the argument of ${label}`,
          stack: [written(OUTSIDE, "Disabled")],
          expect: [off(label)],
        },
        {
          name: `fails within a Region by the argument of ${label}`,
          stack: [{ ...written(UNKNOWN_TEXT), dependsOn: { [argument]: ["copy"] } }, copy(here)],
          expect: [within("eu-central-1", label)],
        },
        { name: `fails as ${label} without any`, stack: [backupBucket({}, type)], expect: [missing(label)] },
      ];
    }),
    {
      name: "passes as a replica by the native policy, locked by the V2 resource",
      stack: [
        bucket({}, TYPES.native),
        part(TYPES.lockV2, {}, "lock"),
        part(TYPES.nativePolicy, {
          policyDocument: { Statement: [{ Effect: "Allow", Action: "s3:ReplicateObject" }] },
        }),
      ],
      expect: [],
    },
    {
      name: "knows the copy of a native bucket by its name",
      stack: [
        backupBucket({ bucketName: "shop-db", ...here }, TYPES.native),
        { ...backupBucket({ bucketName: "shop-copy", ...here }, TYPES.native), name: "copy" },
        replication([rule("arn:aws:s3:::shop-copy")]),
      ],
      expect: [within("eu-central-1", "aws-native.s3.Bucket")],
    },
  ],
  unknowns: [
    {
      name: "notes a status not known yet",
      stack: [backupBucket(), replication([rule(OUTSIDE, UNKNOWN_TEXT)])],
      expect: [NOTE],
    },
    { name: "notes rules not known yet", stack: [backupBucket(), replication(UNKNOWN_TEXT)], expect: [NOTE] },
    {
      name: "notes an argument not known yet",
      stack: [backupBucket({ replicationConfiguration: UNKNOWN_TEXT })],
      expect: [NOTE],
    },
    {
      name: "notes rules of an argument not known yet",
      stack: [backupBucket({ replicationConfiguration: { rules: UNKNOWN_TEXT } })],
      expect: [NOTE],
    },
    {
      name: "fails within a Region whatever the rules will be",
      stack: [backupBucket(here), copy(here), replication(UNKNOWN_TEXT, ["copy"])],
      expect: [within()],
    },
    {
      name: "passes with one rule that is on, whatever the others will be",
      stack: [backupBucket(), replication([rule(OUTSIDE, UNKNOWN_TEXT), rule(OUTSIDE)])],
      expect: [],
    },
    {
      name: "fails when the provider alone will read a replication back",
      stack: [backupBucket()],
      outputs: [backupBucket({ replicationConfiguration: UNKNOWN_TEXT })],
      expect: [missing()],
    },
    {
      name: "fails with a policy not known yet: whether it makes a replica cannot excuse it",
      stack: [
        backupBucket(),
        part(TYPES.policy, { policy: UNKNOWN_TEXT }),
        part(TYPES.nativePolicy, { policyDocument: { Statement: UNKNOWN_TEXT } }, "native"),
      ],
      expect: [missing()],
    },
  ],
  secrets: [
    {
      name: "fails with a rule and a name that are secret",
      stack: [
        backupBucket({ bucket: secret("shop-hidden-name") }),
        replication(secret([rule("arn:aws:s3:::shop-hidden-copy", "Disabled")])),
      ],
      expect: [off()],
    },
  ],
};
