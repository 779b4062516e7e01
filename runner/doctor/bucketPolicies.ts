import { GetBucketPolicyCommand } from "@aws-sdk/client-s3";
import { type DoctorCheck, examineEach } from "./check";

/** One statement as S3 gives it back. */
interface Statement {
  Effect?: string;
  Principal?: unknown;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

const many = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** Whether a pattern with * and ? matches; actions are compared without case. */
function matches(pattern: string, value: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "i").test(value);
}

function isForEveryone(principal: unknown): boolean {
  return (
    principal === "*" || (typeof principal === "object" && many((principal as { AWS?: string }).AWS).includes("*"))
  );
}

/** What somebody would have to be denied, and whether a condition may narrow the denial. */
interface Denial {
  action: string;
  /** Below the bucket, or the bucket itself. */
  on: "bucket" | "objects";
  /** "none": without condition; "admins": for all but administrators; otherwise a condition key that must be there. */
  condition: string;
  risk: string;
}

const COMMON: readonly Denial[] = [
  {
    action: "s3:GetObject",
    on: "objects",
    condition: "aws:SecureTransport",
    risk: "backups can be read over plain HTTP",
  },
  { action: "s3:DeleteObject", on: "objects", condition: "none", risk: "backups can be hidden behind delete markers" },
  {
    action: "s3:DeleteObjectVersion",
    on: "objects",
    condition: "admins",
    risk: "versions can be deleted once their lock ends",
  },
  { action: "s3:BypassGovernanceRetention", on: "objects", condition: "admins", risk: "locks can be lifted" },
  { action: "s3:PutBucketPolicy", on: "bucket", condition: "admins", risk: "the policy itself can be replaced" },
  { action: "s3:PutBucketVersioning", on: "bucket", condition: "admins", risk: "versioning can be suspended" },
  {
    action: "s3:PutBucketObjectLockConfiguration",
    on: "bucket",
    condition: "admins",
    risk: "the default lock can be taken away",
  },
  {
    action: "s3:PutLifecycleConfiguration",
    on: "bucket",
    condition: "admins",
    risk: "everything can be made to expire",
  },
  { action: "s3:PutReplicationConfiguration", on: "bucket", condition: "admins", risk: "replication can be stopped" },
];
const OF_SIDE: Record<"primary" | "replica", readonly Denial[]> = {
  primary: [
    { action: "s3:PutObject", on: "objects", condition: "s3:if-none-match", risk: "backups can be overwritten" },
  ],
  replica: [
    { action: "s3:PutObject", on: "objects", condition: "none", risk: "backups can be forged on the replica" },
    { action: "s3:ReplicateDelete", on: "objects", condition: "none", risk: "deletions can be copied" },
  ],
};

function isDenied(statements: readonly Statement[], bucket: string, { action, on, condition }: Denial): boolean {
  return statements.some((statement) => {
    const keys = Object.entries(statement.Condition ?? {}).flatMap(([operator, tests]) =>
      Object.keys(tests).map((key) => ({ operator, key: key.toLowerCase() })),
    );
    const isNarrowedRight =
      condition === "none"
        ? keys.length === 0
        : condition === "admins"
          ? keys.every(({ operator, key }) => key === "aws:principalarn" && /Not(Like|Equals)/.test(operator))
          : keys.some(({ key }) => key === condition.toLowerCase());
    const reaches = many(statement.Resource).some((pattern) => {
      const tail = pattern.slice(pattern.indexOf(":::") + 3);
      return matches(tail, on === "bucket" ? bucket : `${bucket}/manifests/daily/x/y.json`);
    });
    return (
      statement.Effect === "Deny" &&
      isForEveryone(statement.Principal) &&
      many(statement.Action).some((pattern) => matches(pattern, action)) &&
      reaches &&
      isNarrowedRight
    );
  });
}

/** The denials that nobody may lift but administrators. Read from the policy; `--attack` tries them. */
export const bucketPolicies: DoctorCheck = {
  id: "bucketPolicy",
  run: (context) =>
    examineEach(
      context,
      "bucket.policy",
      context.sides,
      ({ bucket }) => bucket,
      async ({ bucket, region, side }) => {
        const { Policy } = await context.clients(region).s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
        const statements = many((JSON.parse(Policy ?? "{}") as { Statement?: Statement[] }).Statement);
        const open = [...COMMON, ...OF_SIDE[side]].filter((denial) => !isDenied(statements, bucket, denial));
        return {
          ok: `denies ${COMMON.length + OF_SIDE[side].length} ways to destroy backups`,
          problems: open.map(({ action, risk }) => `${action} is not denied: ${risk}`),
        };
      },
    ),
};
