import { awsS3BucketVersioning } from "../../../policies/rules/awsS3BucketVersioning";
import { secret, UNKNOWN_TEXT } from "../harness";
import type { RuleCases } from "../ruleCases";
import { backupBucket, bucket, namedBackup, part, TYPES } from "../stacks";

const status = (value: unknown) => ({ versioningConfiguration: { status: value } });
const violation = (got: string, label = "aws.s3.Bucket") =>
  `${label} "b" holds backups: versioning must be "Enabled", got ${got}; add an aws.s3.BucketVersioning with status "Enabled".`;
const NOTE = 'note: aws.s3.Bucket "b": its versioning status is not known yet; it is judged at the update.';

export const cases: RuleCases = {
  rule: awsS3BucketVersioning,
  compliant: [
    {
      name: "passes with versioning on",
      stack: [backupBucket(), part(TYPES.versioning, status("Enabled"))],
      expect: [],
    },
    { name: "leaves buckets that hold no backups alone", stack: [bucket()], expect: [] },
  ],
  violations: [
    { name: "fails without versioning", stack: [backupBucket()], expect: [violation("nothing")] },
    { name: "fails by the bucket's name", stack: [namedBackup()], expect: [violation("nothing")] },
    {
      name: "fails with a lock that is a resource of its own",
      stack: [bucket(), part(TYPES.lock, {}), { ...bucket(), name: "c" }],
      expect: [violation("nothing")],
    },
    {
      name: "fails when the argument is false",
      stack: [backupBucket({ versioning: { enabled: false } })],
      expect: [violation("nothing")],
    },
    {
      name: "fails when it is suspended",
      stack: [backupBucket(), part(TYPES.versioning, status("Suspended"))],
      expect: [violation('"Suspended"')],
    },
  ],
  spellings: [
    {
      name: "passes by BucketVersioningV2",
      stack: [backupBucket(), part(TYPES.versioningV2, status("Enabled")), part(TYPES.lockV2, {}, "lock")],
      expect: [],
    },
    { name: "passes by the argument of Bucket", stack: [backupBucket({ versioning: { enabled: true } })], expect: [] },
    {
      name: "passes by the argument of BucketV2",
      stack: [backupBucket({ versionings: [{ enabled: true }] }, TYPES.bucketV2)],
      expect: [],
    },
    {
      name: "fails as BucketV2",
      stack: [backupBucket({ versionings: [] }, TYPES.bucketV2)],
      expect: [violation("nothing", "aws.s3.BucketV2")],
    },
    {
      name: "passes by the argument of the native bucket",
      stack: [backupBucket(status("Enabled"), TYPES.native)],
      expect: [],
    },
    {
      name: "fails when the native bucket is suspended",
      stack: [backupBucket(status("Suspended"), TYPES.native)],
      expect: [violation('"Suspended"', "aws-native.s3.Bucket")],
    },
  ],
  unknowns: [
    {
      name: "notes a status not known yet",
      stack: [backupBucket(), part(TYPES.versioning, status(UNKNOWN_TEXT))],
      expect: [NOTE],
    },
    {
      name: "notes an argument not known yet",
      stack: [
        backupBucket({ versioning: UNKNOWN_TEXT }),
        { ...backupBucket({ versioning: { enabled: UNKNOWN_TEXT } }), name: "c" },
      ],
      expect: [NOTE, NOTE.replace('"b"', '"c"')],
    },
    {
      name: "fails when the provider alone will fill it in",
      stack: [backupBucket()],
      outputs: [backupBucket({ versioning: UNKNOWN_TEXT })],
      expect: [violation("nothing")],
    },
  ],
  secrets: [
    {
      name: "fails with a name that is secret",
      stack: [backupBucket({ bucket: secret("shop-hidden-name") })],
      expect: [violation("nothing")],
    },
  ],
  others: [
    {
      name: "fails when it is suspended, whatever the provider last read",
      stack: [backupBucket(), part(TYPES.versioning, status("Suspended"))],
      outputs: [backupBucket({ versioning: { enabled: true } }), part(TYPES.versioning, status("Suspended"))],
      expect: [violation('"Suspended"')],
    },
  ],
};
