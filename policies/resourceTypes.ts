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
  bucketOwnershipControls: ["aws:s3/bucketOwnershipControls:BucketOwnershipControls"],
  bucketAcl: ["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"],
  cloudFrontDistribution: ["aws:cloudfront/distribution:Distribution", "aws-native:cloudfront:Distribution"],
  accessKey: ["aws:iam/accessKey:AccessKey"],
  lambdaFunction: ["aws:lambda/function:Function", "aws-native:lambda:Function"],
  ecsTaskDefinition: ["aws:ecs/taskDefinition:TaskDefinition", "aws-native:ecs:TaskDefinition"],
  codeBuildProject: ["aws:codebuild/project:Project", "aws-native:codebuild:Project"],
  batchJobDefinition: ["aws:batch/jobDefinition:JobDefinition", "aws-native:batch:JobDefinition"],
  appRunnerService: ["aws:apprunner/service:Service", "aws-native:apprunner:Service"],
  beanstalkEnvironment: [
    "aws:elasticbeanstalk/environment:Environment",
    "aws-native:elasticbeanstalk:Environment",
    "aws:elasticbeanstalk/configurationTemplate:ConfigurationTemplate",
    "aws-native:elasticbeanstalk:ConfigurationTemplate",
  ],
  amplifyApp: [
    "aws:amplify/app:App",
    "aws-native:amplify:App",
    "aws:amplify/branch:Branch",
    "aws-native:amplify:Branch",
  ],
  glueJob: ["aws:glue/job:Job", "aws-native:glue:Job"],
  lightsailContainer: [
    "aws:lightsail/containerServiceDeploymentVersion:ContainerServiceDeploymentVersion",
    "aws-native:lightsail:Container",
  ],
  bucketNotification: ["aws:s3/bucketNotification:BucketNotification"],
  iamRole: ["aws:iam/role:Role", "aws-native:iam:Role"],
  iamRolePolicy: ["aws:iam/rolePolicy:RolePolicy", "aws-native:iam:RolePolicy"],
  iamPolicy: ["aws:iam/policy:Policy", "aws-native:iam:ManagedPolicy"],
  iamPolicyAttachment: [
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
  ],
  stateMachine: ["aws:sfn/stateMachine:StateMachine", "aws-native:stepfunctions:StateMachine"],
  schedule: ["aws:scheduler/schedule:Schedule", "aws-native:scheduler:Schedule"],
  eventRule: ["aws:cloudwatch/eventRule:EventRule", "aws-native:events:Rule"],
  eventTarget: ["aws:cloudwatch/eventTarget:EventTarget"],
  metricAlarm: ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws-native:cloudwatch:Alarm"],
  compositeAlarm: ["aws:cloudwatch/compositeAlarm:CompositeAlarm", "aws-native:cloudwatch:CompositeAlarm"],
  logGroup: ["aws:cloudwatch/logGroup:LogGroup", "aws-native:logs:LogGroup"],
  kmsKey: ["aws:kms/key:Key", "aws-native:kms:Key"],
  kmsOtherKey: [
    "aws:kms/replicaKey:ReplicaKey",
    "aws-native:kms:ReplicaKey",
    "aws:kms/externalKey:ExternalKey",
    "aws:kms/replicaExternalKey:ReplicaExternalKey",
  ],
  rdsInstance: ["aws:rds/instance:Instance", "aws-native:rds:DbInstance"],
  rdsCluster: ["aws:rds/cluster:Cluster", "aws-native:rds:DbCluster"],
  docdbCluster: ["aws:docdb/cluster:Cluster"],
  docdbElasticCluster: ["aws:docdb/elasticCluster:ElasticCluster", "aws-native:docdbelastic:Cluster"],
  rdsBackupsReplication: ["aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"],
  rdsProxy: ["aws:rds/proxy:Proxy", "aws-native:rds:DbProxy"],
  rdsProxyTarget: ["aws:rds/proxyTarget:ProxyTarget", "aws-native:rds:DbProxyTargetGroup"],
  secret: ["aws:secretsmanager/secret:Secret", "aws-native:secretsmanager:Secret"],
  secretVersion: ["aws:secretsmanager/secretVersion:SecretVersion"],
  secretTargetAttachment: ["aws-native:secretsmanager:SecretTargetAttachment"],
  awsBackupSelection: ["aws:backup/selection:Selection", "aws-native:backup:BackupSelection"],
  databaseBackup: ["pulumi-backup321:index:DatabaseBackup"],
  backupRunner: ["pulumi-backup321:index:BackupRunner"],
  restoreDrill: ["pulumi-backup321:index:RestoreDrill"],
} as const satisfies Record<string, readonly string[]>;

/** A concept of the table above, whatever its spelling. */
export type ResourceConcept = keyof typeof RESOURCE_TYPES;

/** True when a type token is one of the concept's spellings. */
export function isA(concept: ResourceConcept, type: string): boolean {
  return (RESOURCE_TYPES[concept] as readonly string[]).includes(type);
}
