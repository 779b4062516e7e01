import { policyDocumentsOf, statementsIn, textsAt } from "../bucketPolicies";
import { bucketsOf, type StackBucket } from "../buckets";
import { iso27001, type StackRule } from "../definition";
import { replicationsOf, type Replication } from "../replications";
import type { Stack } from "../stack";
import { at, UNKNOWN } from "../unknowns";

const FIX = "add an aws.s3.BucketReplicationConfig with a rule to a bucket in another Region";

/**
 * Refuses backup buckets without an enabled replication rule to another Region: what destroys the Region, or the bucket,
 * destroys every backup in it.
 *
 * Severity high. One rule that is on and leaves the Region is enough, beside whatever others. A replica needs none of
 * its own: a bucket that another one of the stack copies to, one called a replica by its name or a tag (`role:
 * replica`), and one whose policy allows `s3:ReplicateObject`. A destination that is not known yet is told by what the
 * argument is made from. A Region that is not known, as that of a bucket outside the stack, counts as another one. A
 * status that is not known is noted and judged at the update. Not judged: which objects a rule's filter leaves out, and
 * copies made by anything but S3's replication.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
 */
export const awsS3BackupBucketReplication: StackRule = {
  name: "aws-s3-backup-bucket-replication",
  displayName: "Backup buckets replicate to another Region",
  description: "A backup bucket that is not a replica itself must replicate to a bucket in another Region.",
  severity: "high",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps:
    'Add an aws.s3.BucketReplicationConfig for the bucket with a rule whose status is "Enabled" and whose destination is a bucket in another Region. Where the bucket is the replica of one in another stack, say so in its name or by the tag role "replica".',
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
  judges: ["bucket", "bucketReplication", "bucketObjectLock", "bucketPolicy"],
  readsInputsOf: ["bucket", "bucketReplication"],
  judgeStack: (stack, verdict) => {
    const buckets = bucketsOf(stack);
    const replications = replicationsOf(stack, buckets);
    for (const bucket of buckets.filter((candidate) => candidate.isBackup)) {
      if (bucket.isCalledReplica || replications.isDestination(bucket) || takesReplicas(bucket)) continue;
      const rules = replications.of(bucket);
      const on = rules.filter(({ status }) => status === "Enabled" || status === UNKNOWN);
      const leaving = on.filter((rule) => !staysInRegion(stack, bucket, rule));
      if (rules.length === 0) {
        verdict.violation(bucket, `${bucket.label} holds backups but is not replicated; ${FIX}.`);
      } else if (on.length === 0) {
        verdict.violation(
          bucket,
          `${bucket.label} holds backups but no replication rule of it is "Enabled"; enable one.`,
        );
      } else if (leaving.length === 0) {
        verdict.violation(
          bucket,
          `${bucket.label} holds backups but replicates only within ${stack.regionOf(bucket.entry)}; ${FIX}.`,
        );
      } else if (!leaving.some(({ status }) => status === "Enabled")) {
        verdict.unknown(
          bucket,
          `${bucket.label}: whether its replication is enabled is not known yet; it is judged at the update.`,
        );
      }
    }
  },
};

/** Both Regions must be known to be the same; a bucket that copies to itself stays, too. */
function staysInRegion(stack: Stack, bucket: StackBucket, { destinations }: Replication): boolean {
  const region = stack.regionOf(bucket.entry);
  return (
    region !== undefined &&
    destinations.length > 0 &&
    destinations.every((destination) => stack.regionOf(destination.entry) === region)
  );
}

/** What a replica's policy lets another account do to it. */
function takesReplicas(bucket: StackBucket): boolean {
  return policyDocumentsOf(bucket).some((document) => {
    const statements = statementsIn(document);
    return (
      statements !== UNKNOWN &&
      statements.some(
        (statement) =>
          at(statement, "Effect") === "Allow" &&
          textsAt(statement, "Action").some((action) => /^s3:Replicate/i.test(action)),
      )
    );
  });
}
