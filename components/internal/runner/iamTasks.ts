import { PREFIXES } from "../../../runner/contract";
import { type BucketAccess, READ, keyThroughS3, listing, logWriting } from "../iamPolicies";
import { type Statement, allow } from "../policyDocument";

/** In place of databases' names, for a list in S3: any of them. */
export const ANY_DATABASE = "*";

/**
 * The dump task of one database: it can only add, in its own tiers. PutObjectRetention because lock headers need it; the bucket
 * policy bounds what it can say. UploadPart and completion need Decrypt beside GenerateDataKey.
 *
 * @param tiers names; spelled out, since a * in their place would also match what lies below another database
 */
export function dumpRoleStatements(primary: BucketAccess, database: string, tiers: readonly string[]): Statement[] {
  const objects = [PREFIXES.dumps, PREFIXES.manifests].flatMap((prefix) =>
    tiers.map((tier) => `${primary.bucketArn}/${prefix}${tier}/${database}/*`),
  );
  return [
    allow("Add", ["s3:PutObject", "s3:PutObjectRetention", "s3:AbortMultipartUpload"], objects),
    keyThroughS3("Encrypt", ["kms:GenerateDataKey", "kms:Decrypt"], primary),
  ];
}

/** Signs in to RDS by IAM, as one user of one instance, cluster or proxy. */
export function rdsConnectStatement(
  { partition, region, accountId }: { partition: string; region: string; accountId: string },
  resourceId: string,
  username: string,
): Statement {
  return allow(
    "Connect",
    "rds-db:connect",
    `arn:${partition}:rds-db:${region}:${accountId}:dbuser:${resourceId}/${username}`,
  );
}

/** Reads any secret whose name begins so. The account's aws/secretsmanager key needs no grant. */
export function listedSecretsStatement(
  { partition, region, accountId }: { partition: string; region: string; accountId: string },
  secretNamePrefix: string,
): Statement {
  return allow(
    "ReadSecrets",
    "secretsmanager:GetSecretValue",
    `arn:${partition}:secretsmanager:${region}:${accountId}:secret:${secretNamePrefix}*`,
  );
}

/** The databases' objects, one pattern for all prefixes: a pattern for each would not fit a role's 10,240 characters. */
function databaseObjects(bucketArn: string, databases: readonly string[]): string[] {
  return databases.map((db) => `${bucketArn}/*/${db}/*`);
}

/** The verify task: reads its databases, adds a record below verifications/. */
export function verifyRoleStatements(primary: BucketAccess, databases: readonly string[]): Statement[] {
  const records = databases.map((db) => `${primary.bucketArn}/${PREFIXES.verifications}${db}/*`);
  return [
    listing(primary.bucketArn),
    allow("Read", READ, databaseObjects(primary.bucketArn, databases)),
    allow("AddRecord", "s3:PutObject", records),
    keyThroughS3("EncryptAndDecrypt", ["kms:GenerateDataKey", "kms:Decrypt"], primary),
  ];
}

/**
 * A restore drill: reads its databases' replica, adds a record below the primary's drills/. It knows no database, and can't read the
 * primary.
 */
export function drillRoleStatements(
  primary: BucketAccess,
  replica: BucketAccess,
  databases: readonly string[],
): Statement[] {
  const records = databases.map((db) => `${primary.bucketArn}/${PREFIXES.drills}${db}/*`);
  return [
    listing(replica.bucketArn),
    allow("Read", READ, databaseObjects(replica.bucketArn, databases)),
    keyThroughS3("Decrypt", "kms:Decrypt", replica),
    allow("AddRecord", "s3:PutObject", records),
    keyThroughS3("EncryptRecord", ["kms:GenerateDataKey", "kms:Decrypt"], primary),
  ];
}

/** Starts a task: logs, the image, and exactly the secrets of its databases; none when they sign in by IAM. */
export function executionRoleStatements(
  logGroupArn: string,
  secretArns: readonly string[],
  secretKeyArns: readonly string[],
): Statement[] {
  const some = (Sid: string, action: string, arns: readonly string[]): Statement[] =>
    arns.length === 0 ? [] : [allow(Sid, action, [...new Set(arns)])];
  return [
    logWriting(logGroupArn),
    // Pulling from a private registry. GetAuthorizationToken has no resource; the layers are the account's own to guard.
    allow(
      "Pull",
      [
        "ecr:GetAuthorizationToken",
        "ecr:BatchCheckLayerAvailability",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage",
      ],
      "*",
    ),
    ...some("ReadSecrets", "secretsmanager:GetSecretValue", secretArns),
    ...some("DecryptSecrets", "kms:Decrypt", secretKeyArns),
  ];
}
