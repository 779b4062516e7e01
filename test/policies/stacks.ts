import { UNKNOWN_TEXT, type Written } from "./harness";

/** Type tokens of each spelling of a bucket's configuration resources. */
export const TYPES = {
  bucket: "aws:s3/bucket:Bucket",
  bucketV2: "aws:s3/bucketV2:BucketV2",
  native: "aws-native:s3:Bucket",
  encryption: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  encryptionV2: "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
  versioning: "aws:s3/bucketVersioning:BucketVersioning",
  versioningV2: "aws:s3/bucketVersioningV2:BucketVersioningV2",
  lock: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  lockV2: "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
  publicAccess: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  policy: "aws:s3/bucketPolicy:BucketPolicy",
  nativePolicy: "aws-native:s3:BucketPolicy",
  lifecycle: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  lifecycleV2: "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
  replication: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  ownership: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  acl: "aws:s3/bucketAcl:BucketAcl",
  aclV2: "aws:s3/bucketAclV2:BucketAclV2",
  distribution: "aws:cloudfront/distribution:Distribution",
  nativeDistribution: "aws-native:cloudfront:Distribution",
} as const;

/** A bucket called `b`. */
export function bucket(props: object = {}, type: string = TYPES.bucket): Written {
  return { type, name: "b", props };
}

/** A bucket with Object Lock on by its own argument. */
export function backupBucket(props: object = {}, type?: string): Written {
  return bucket({ objectLockEnabled: true, ...props }, type);
}

/** A bucket without Object Lock whose name says that it holds backups. */
export function namedBackup(props: object = {}, type?: string): Written {
  return bucket({ [type === TYPES.native ? "bucketName" : "bucket"]: "shop-backups", ...props }, type);
}

/** A configuration resource of `b`, joined as at a first preview: the name is unknown, the dependency is not. */
export function part(type: string, props: object, name = "part"): Written {
  return { type, name, props: { bucket: UNKNOWN_TEXT, ...props }, dependsOn: { bucket: ["b"] } };
}
