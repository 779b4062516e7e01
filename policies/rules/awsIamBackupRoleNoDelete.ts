import { backupWorkloadsOf, type BackupRole, type BackupWorkloads } from "../backupWorkloads";
import { iso27001, type StackRule } from "../definition";
import { isAbout } from "../iamStatements";
import { UNKNOWN } from "../unknowns";

/** What destroys backups, or takes away what protects them. `s3:PutObjectRetention` is not among it: lock headers need it. */
const DESTRUCTIVE = [
  "s3:DeleteObject",
  "s3:DeleteObjectVersion",
  "s3:BypassGovernanceRetention",
  "s3:PutObjectLegalHold",
  "s3:DeleteBucket",
  "s3:DeleteBucketPolicy",
  "s3:PutBucketPolicy",
  "s3:PutBucketAcl",
  "s3:PutBucketVersioning",
  "s3:PutBucketObjectLockConfiguration",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutEncryptionConfiguration",
  "s3:PutLifecycleConfiguration",
  "s3:PutReplicationConfiguration",
] as const;
/** Lifts holds, which a bucket without Object Lock does not have; and `s3:PutObject*`, which covers it, is often written. */
const OF_LOCKED_ALONE = "s3:PutObjectLegalHold";
const MAX_SHOWN = 3;

/**
 * Refuses roles that write backups and may also delete them, or weaken what protects them: whoever takes over the program
 * that dumps must not reach what it has stored.
 *
 * Severity critical. Judged are roles that a program takes on, which may put objects into a backup bucket: see
 * `BackupWorkloads` for which those are. Read are inline and separate policies, attached ones of the same stack, and
 * AmazonS3FullAccess, AdministratorAccess and PowerUserAccess of AWS. Actions are matched with their wildcards and
 * `NotAction`; permission counts for a whole bucket, whatever the keys and the conditions. A `Deny` without condition on
 * the same bucket in a policy of the role takes it back; the bucket's own policy does not, nor do boundaries. Roles of
 * people, of other accounts, of S3 replication, AWS Backup, DataSync and RDS exports are not judged, nor is a role that deletes and does not write. A
 * policy that is not known is noted and judged at the update.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
 */
export const awsIamBackupRoleNoDelete: StackRule = {
  name: "aws-iam-backup-role-no-delete",
  displayName: "Roles that write backups cannot delete them",
  description:
    "A role that writes into a backup bucket must not be able to delete from it or to weaken its protection.",
  severity: "critical",
  framework: iso27001("A.8.3", "Information access restriction"),
  tags: ["SOC2-CC6.3", "SOC2-A1.2"],
  remediationSteps:
    "Allow the role s3:PutObject and s3:AbortMultipartUpload on the bucket's objects, s3:PutObjectRetention where it sends lock headers, and nothing that deletes or configures. Let lifecycle rules delete.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  judges: ["iamRole", "iamRolePolicy", "iamPolicy", "iamPolicyAttachment", "bucket"],
  options: {
    allowActions: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        'Actions to let through, such as "s3:DeleteObject" for a tool that expires its own backups in a versioned bucket.',
    },
  },
  judgeStack: (stack, verdict, options) => {
    const letThrough = new Set(options["allowActions"] as string[]);
    const workloads = backupWorkloadsOf(stack);
    for (const role of workloads.roles) {
      const actions = destructiveActionsOf(role, workloads).filter((action) => !letThrough.has(action));
      if (actions.length > 0) {
        const shown = actions.slice(0, MAX_SHOWN).join(", ");
        const more = actions.length > MAX_SHOWN ? ` and ${actions.length - MAX_SHOWN} more` : "";
        verdict.violation(
          role,
          `${role.label} writes backups, and its policies also allow ${shown}${more} on them; allow it to add objects alone, and let lifecycle rules delete.`,
        );
      }
      if (role.policies.some(({ statements }) => statements === UNKNOWN)) {
        verdict.unknown(
          role,
          `${role.label}: a policy of it is not known yet; whether it can delete backups is judged at the update.`,
        );
      }
    }
  },
};

function destructiveActionsOf(role: BackupRole, { buckets }: BackupWorkloads): string[] {
  const grants = role.policies.flatMap(({ statements, madeFrom }) =>
    statements === UNKNOWN
      ? []
      : statements.map((statement) => ({ statement, covers: buckets.coveredBy(statement, madeFrom) })),
  );
  return DESTRUCTIVE.filter((action) => {
    const about = grants.filter(({ statement }) => isAbout(statement, action));
    return [...role.writes.keys()].some((bucket) => {
      if (action === OF_LOCKED_ALONE && !bucket.isLocked) return false;
      const covering = about.filter(({ covers }) => covers.isEvery || covers.named.has(bucket));
      const denies = covering.filter(({ statement }) => !statement.isAllow);
      return (
        denies.length < covering.length &&
        !denies.some(({ statement }) => !statement.isConditional && !statement.isAnyResource)
      );
    });
  });
}
