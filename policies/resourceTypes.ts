/**
 * Every spelling of each concept the rules look for. Comparing with one SDK class would let the same resource pass
 * under its other name: the `V2` twins and the native provider have type tokens of their own.
 */
export const RESOURCE_TYPES = {
  bucket: ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2", "aws-native:s3:Bucket"],
  bucketEncryption: [
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
  ],
  bucketPublicAccessBlock: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
  bucketVersioning: ["aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"],
  bucketObjectLock: [
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
  ],
  bucketPolicy: ["aws:s3/bucketPolicy:BucketPolicy", "aws-native:s3:BucketPolicy"],
  bucketLifecycle: [
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
  ],
  bucketReplication: ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"],
  accessKey: ["aws:iam/accessKey:AccessKey"],
  lambdaFunction: ["aws:lambda/function:Function", "aws-native:lambda:Function"],
  ecsTaskDefinition: ["aws:ecs/taskDefinition:TaskDefinition", "aws-native:ecs:TaskDefinition"],
} as const satisfies Record<string, readonly string[]>;

/** A concept of the table above, whatever its spelling. */
export type ResourceConcept = keyof typeof RESOURCE_TYPES;

/** True when a type token is one of the concept's spellings. */
export function isA(concept: ResourceConcept, type: string): boolean {
  return (RESOURCE_TYPES[concept] as readonly string[]).includes(type);
}
