import { DOCTOR_PREFIX } from "../../../runner/freshnessContract";
import { LIMITS } from "../defaults";
import { type BucketAccess, keyThroughS3, logWriting } from "../iamPolicies";
import { allow, type Statement } from "../policyDocument";

/** What the doctor's function looks at. */
export interface DoctorTargets {
  partition: string;
  accountId: string;
  logGroupArn: string;
  primary: BucketAccess;
  replica: BucketAccess;
  /** Whether the replica belongs to another account, where this role may look at nothing. */
  isReplicaElsewhere: boolean;
  scheduleGroupName: string;
  machineArns: readonly string[];
  /** Roles of the tasks, each kind by itself: what is named alike has more in common. */
  roleArns: readonly (readonly string[])[];
  functionArns: readonly string[];
  topicArns: readonly string[];
  /** Images of the tasks; those in ECR can be looked up. */
  images: readonly string[];
  /** Secrets that task definitions name, each kind by itself. */
  secretArns: readonly (readonly string[])[];
}

const BUCKET_SETTINGS = [
  "s3:GetBucketObjectLockConfiguration",
  "s3:GetBucketOwnershipControls",
  "s3:GetBucketPolicy",
  "s3:GetBucketPublicAccessBlock",
  "s3:GetBucketVersioning",
  "s3:GetEncryptionConfiguration",
  "s3:GetLifecycleConfiguration",
];

const ECR = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^@:]+)[@:]/;

/** ARN of the repository that an image is in; none where that is not ECR. */
function repositoryArns(partition: string, images: readonly string[]): string[] {
  return images.flatMap((image) => {
    const [, registry, region, repository] = ECR.exec(image) ?? [];
    return registry ? [`arn:${partition}:ecr:${region}:${registry}:repository/${repository}`] : [];
  });
}

function commonStart(texts: readonly string[]): string {
  return texts.reduce((start, text) => {
    let length = 0;
    while (length < start.length && start[length] === text[length]) length++;
    return start.slice(0, length);
  });
}

/** Service, region and account: what a pattern never leaves open. */
function ownerOf(arn: string): string {
  return arn.split(":").slice(0, 5).join(":");
}

/** ARNs as a policy can hold them: each by itself, or of very many one pattern for each service, region and account. */
export function fittedArns(arns: readonly string[]): string[] {
  const each = [...new Set(arns)];
  if (JSON.stringify(each).length <= LIMITS.doctorArnCharacters) return each;
  return [...new Set(each.map(ownerOf))].map(
    (owner) => `${commonStart(each.filter((arn) => ownerOf(arn) === owner))}*`,
  );
}

/**
 * The doctor: reads settings of what it examines, never a backup nor a secret's value, and adds records of its own. The three reads
 * that know no resource, or whose answer must not depend on one, are held to the two regions.
 */
export function doctorRoleStatements(to: DoctorTargets): Statement[] {
  const { partition, accountId, primary, replica } = to;
  const sides = to.isReplicaElsewhere ? [primary] : [primary, replica];
  const some = (Sid: string, actions: string | string[], ...kinds: (readonly string[])[]): Statement[] => {
    const arns = kinds.flatMap(fittedArns);
    return arns.length === 0 ? [] : [allow(Sid, actions, arns)];
  };
  const schedules = `arn:${partition}:scheduler:${primary.region}:${accountId}:schedule/${to.scheduleGroupName}/*`;
  return [
    logWriting(to.logGroupArn),
    allow(
      "BucketSettings",
      BUCKET_SETTINGS,
      sides.map(({ bucketArn }) => bucketArn),
    ),
    allow("Replication", "s3:GetReplicationConfiguration", primary.bucketArn),
    allow(
      "Keys",
      ["kms:DescribeKey", "kms:GetKeyRotationStatus"],
      sides.map(({ keyArn }) => keyArn),
    ),
    allow("Schedules", "scheduler:GetSchedule", schedules),
    ...some("Machines", ["states:DescribeStateMachine", "states:ListExecutions"], to.machineArns),
    allow(
      "TasksAndAlarms",
      ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricStatistics", "ecs:DescribeTaskDefinition"],
      "*",
      { StringEquals: { "aws:RequestedRegion": [primary.region, replica.region] } },
    ),
    ...some("Images", "ecr:DescribeImages", repositoryArns(partition, to.images)),
    ...some("Secrets", "secretsmanager:DescribeSecret", ...to.secretArns),
    ...some("Roles", ["iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"], ...to.roleArns),
    ...some("Functions", "lambda:GetFunctionConfiguration", to.functionArns),
    ...some("Topics", "sns:ListSubscriptionsByTopic", to.topicArns),
    allow("AddRecord", "s3:PutObject", `${primary.bucketArn}/${DOCTOR_PREFIX}*`),
    // One request carries the whole record, which needs no Decrypt.
    keyThroughS3("EncryptRecord", "kms:GenerateDataKey", primary),
  ];
}
