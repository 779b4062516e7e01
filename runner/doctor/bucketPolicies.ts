import { PREFIXES } from "../contract";
import { bucketStatements, isForEveryone, many, matches, type Statement } from "./bucketStatements";
import { type DoctorCheck, examineEach } from "./check";
import { handMadeAllows } from "./handMadeAllows";

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

/** Keys below each prefix: a denial that leaves one out is none. */
const PROBES: readonly { prefix: string; key: string }[] = Object.values(PREFIXES).map((prefix) => ({
  prefix,
  key: `${prefix}daily/x/y.json`,
}));

/** Name of identities that nobody has. */
const MADE_UP = "doctor-made-up-7q2x";

/** Whether an exception for administrators lets in whoever there is: it matches identities that are made up, or the caller itself. */
function isForAnybody(pattern: string): boolean {
  const [, partition = "aws", , , account = ""] = pattern.split(":");
  const ownOr = (part: string, other: string): string => (/[*?]/.test(part) || part === "" ? other : part);
  const start = `arn:${ownOr(partition, "aws")}:iam::${ownOr(account, "123456789012")}`;
  const anybody = ["role", "user"].flatMap((kind) => [`${kind}/${MADE_UP}`, `${kind}/${MADE_UP}/${MADE_UP}`]);
  // A policy variable stands for whoever calls.
  return pattern.includes("${") || anybody.some((resource) => matches(pattern, `${start}:${resource}`));
}

/** Who is excepted from a denial by name. */
function exceptedBy({ Condition }: Statement): string[] {
  return Object.values(Condition ?? {}).flatMap((tests) =>
    Object.entries(tests).flatMap(([key, value]) =>
      key.toLowerCase() === "aws:principalarn" ? [...many(value as string | string[])] : [],
    ),
  );
}

function isNarrowedRight(statement: Statement, condition: string): boolean {
  const keys = Object.entries(statement.Condition ?? {}).flatMap(([operator, tests]) =>
    Object.keys(tests).map((key) => ({ operator, key: key.toLowerCase() })),
  );
  if (condition === "none") return keys.length === 0;
  if (condition !== "admins") return keys.some(({ key }) => key === condition.toLowerCase());
  const isOfAdmins = keys.every(({ operator, key }) => key === "aws:principalarn" && /Not(Like|Equals)/.test(operator));
  return isOfAdmins && !exceptedBy(statement).some(isForAnybody);
}

/** Where nobody is denied it: prefixes, or the bucket itself as "". */
function openPlaces(statements: readonly Statement[], bucket: string, { action, on, condition }: Denial): string[] {
  const denying = statements.filter(
    (statement) =>
      statement.Effect === "Deny" &&
      isForEveryone(statement.Principal) &&
      many(statement.Action).some((pattern) => matches(pattern, action)) &&
      isNarrowedRight(statement, condition),
  );
  const isReached = (path: string) =>
    denying.some(({ Resource }) =>
      many(Resource).some((pattern) => matches(pattern.slice(pattern.indexOf(":::") + 3), path)),
    );
  if (on === "bucket") return isReached(bucket) ? [] : [""];
  return PROBES.filter(({ key }) => !isReached(`${bucket}/${key}`)).map(({ prefix }) => prefix);
}

function problemsOf(statements: readonly Statement[], bucket: string, denials: readonly Denial[]): string[] {
  const open = denials.flatMap((denial) => {
    const places = openPlaces(statements, bucket, denial);
    if (places.length === 0) return [];
    const where = denial.on === "bucket" || places.length === PROBES.length ? "" : ` below ${places.join(", ")}`;
    return [`${denial.action} is not denied${where}: ${denial.risk}`];
  });
  if (open.length === 0) return [];
  const excepted = statements.filter(({ Effect }) => Effect === "Deny").flatMap(exceptedBy);
  const wide = [...new Set(excepted)].filter(isForAnybody);
  return [...open, ...wide.map((pattern) => `"${pattern}" takes anybody for an administrator: name them`)];
}

/** Whom a bucket policy lets in by name needs no policy of his own, so what nobody denies him he may do. */
function allowProblems(statements: readonly Statement[]): string[] {
  const made = handMadeAllows(statements);
  if (made.length === 0) return [];
  return [`it has an Allow that no component wrote (${made.join(", ")}): give rights to roles, and take it out`];
}

/** The denials that nobody may lift but administrators, and no Allow made by hand. Read from the policy; `--attack` tries them. */
export const bucketPolicies: DoctorCheck = {
  id: "bucketPolicy",
  run: (context) =>
    examineEach(
      context,
      "bucket.policy",
      context.sides,
      ({ bucket }) => bucket,
      async ({ bucket, region, side }) => {
        const statements = await bucketStatements(context, { bucket, region });
        const denials = [...COMMON, ...OF_SIDE[side]];
        return {
          ok: `denies ${denials.length} ways to destroy backups`,
          problems: [...problemsOf(statements, bucket, denials), ...allowProblems(statements)],
        };
      },
    ),
};
