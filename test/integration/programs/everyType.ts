/** A stack with one resource of every type that the stand-in provider serves, wired as a real one is. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface Variation {
  /** A change in place. */
  retentionInDays: number;
  /** A change that replaces. */
  auditBucket: string;
  secret: string;
}

const REPLICA_REGION = "eu-west-1";

const allow = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

const policy = (...Statement: object[]): pulumi.Output<string> =>
  pulumi.jsonStringify({ Version: "2012-10-17", Statement });

function bucket(name: string, region?: string) {
  const it = new aws.s3.Bucket(name, { region, objectLockEnabled: true, tags: { side: name } });
  const of = { bucket: it.bucket, region };
  const versioning = new aws.s3.BucketVersioning(name, { ...of, versioningConfiguration: { status: "Enabled" } });
  const lock = new aws.s3.BucketObjectLockConfiguration(
    name,
    { ...of, rule: { defaultRetention: { mode: "GOVERNANCE", days: 1 } } },
    { dependsOn: [versioning] },
  );
  const key = new aws.kms.Key(name, { region, enableKeyRotation: true, deletionWindowInDays: 7 });
  new aws.s3.BucketServerSideEncryptionConfiguration(name, {
    ...of,
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
        bucketKeyEnabled: true,
        blockedEncryptionTypes: ["SSE-C"],
      },
    ],
  });
  return { it, of, key, ready: [versioning, lock] };
}

export async function program(variation: Variation): Promise<Record<string, pulumi.Input<unknown>>> {
  const primary = bucket("primary");
  const replica = bucket("replica", REPLICA_REGION);
  const { of } = primary;
  new aws.kms.Alias("primary", { targetKeyId: primary.key.keyId });
  new aws.s3.BucketOwnershipControls("primary", { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } });
  const block = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
  new aws.s3.BucketPublicAccessBlock("primary", { ...of, ...block });
  const denyPlain = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [primary.it.arn, pulumi.interpolate`${primary.it.arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  new aws.s3.BucketPolicy("primary", { ...of, policy: policy(denyPlain) });
  new aws.s3.BucketLifecycleConfiguration("primary", {
    ...of,
    rules: [
      { id: "daily", status: "Enabled", filter: { prefix: "dumps/daily/" }, expiration: { days: 35 } },
      { id: "abort", status: "Enabled", filter: {}, abortIncompleteMultipartUpload: { daysAfterInitiation: 3 } },
    ],
  });
  const replicator = new aws.iam.Role("replicator", { assumeRolePolicy: allow("s3.amazonaws.com") });
  new aws.s3.BucketReplicationConfig(
    "primary",
    {
      ...of,
      role: replicator.arn,
      rules: [
        {
          id: "all",
          priority: 1,
          status: "Enabled",
          filter: { prefix: "" },
          deleteMarkerReplication: { status: "Disabled" },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: {
            bucket: replica.it.arn,
            encryptionConfiguration: { replicaKmsKeyId: replica.key.arn },
            metrics: { status: "Enabled" },
          },
        },
      ],
    },
    { dependsOn: [...primary.ready, ...replica.ready] },
  );

  const topic = new aws.sns.Topic("alerts", {});
  const publish = {
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sns:Publish",
    Resource: topic.arn,
  };
  const topicPolicy = new aws.sns.TopicPolicy("alerts", { arn: topic.arn, policy: policy(publish) });
  const failed = { topicArn: topic.arn, events: ["s3:Replication:OperationFailedReplication"] };
  new aws.s3.BucketNotification(
    "primary",
    { ...of, eventbridge: true, topics: [failed] },
    { dependsOn: [topicPolicy] },
  );
  const dlq = new aws.sqs.Queue("dlq", { messageRetentionSeconds: 1_209_600, sqsManagedSseEnabled: true });
  const send = {
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: dlq.arn,
  };
  new aws.sqs.QueuePolicy("dlq", { queueUrl: dlq.url, policy: policy(send) });
  new aws.sns.TopicSubscription("dlq", { topic: topic.arn, protocol: "sqs", endpoint: dlq.arn });

  const audit = new aws.s3.Bucket("audit", { bucket: variation.auditBucket });
  new aws.s3.BucketLogging("primary", { ...of, targetBucket: audit.bucket, targetPrefix: "s3/" });
  const note = new aws.s3.BucketObjectv2("note", { bucket: audit.bucket, key: "note.txt", content: "kept" });

  const secret = new aws.secretsmanager.Secret("db", { recoveryWindowInDays: 0 });
  new aws.secretsmanager.SecretVersion("db", { secretId: secret.id, secretString: pulumi.secret(variation.secret) });
  const user = new aws.iam.User("person", {});
  const accessKey = new aws.iam.AccessKey("person", { user: user.name });

  const vpc = new aws.ec2.Vpc("net", { cidrBlock: "10.0.0.0/16" });
  const subnet = new aws.ec2.Subnet("net", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24" });
  const group = new aws.ec2.SecurityGroup("net", { vpcId: vpc.id, description: "tasks" });
  const rule = { securityGroupId: group.id, ipProtocol: "tcp", cidrIpv4: "0.0.0.0/0" };
  new aws.vpc.SecurityGroupEgressRule("https", { ...rule, fromPort: 443, toPort: 443 });
  new aws.vpc.SecurityGroupIngressRule("db", { ...rule, cidrIpv4: "10.0.0.0/16", fromPort: 5432, toPort: 5432 });

  const s3Endpoint = new aws.ec2.VpcEndpoint("s3", {
    vpcId: vpc.id,
    serviceName: "com.amazonaws.eu-central-1.s3",
    routeTableIds: [],
  });
  new aws.vpc.SecurityGroupEgressRule("s3", {
    ...rule,
    cidrIpv4: undefined,
    prefixListId: s3Endpoint.prefixListId,
    fromPort: 443,
    toPort: 443,
  });

  const logs = new aws.cloudwatch.LogGroup("tasks", { retentionInDays: variation.retentionInDays });
  const cluster = new aws.ecs.Cluster("tasks", {});
  const task = new aws.iam.Role("task", { assumeRolePolicy: allow("ecs-tasks.amazonaws.com") });
  new aws.iam.RolePolicy("task", {
    role: task.name,
    policy: policy({
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${primary.it.arn}/dumps/*`,
    }),
  });
  new aws.iam.RolePolicyAttachment("task", { role: task.name, policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" });
  const definition = new aws.ecs.TaskDefinition("dump", {
    family: "dump",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "1024",
    memory: "2048",
    executionRoleArn: task.arn,
    taskRoleArn: task.arn,
    containerDefinitions: pulumi.jsonStringify([
      { name: "runner", image: "runner:1", essential: true, command: ["backup"] },
    ]),
  });

  const workflow = new aws.iam.Role("workflow", { assumeRolePolicy: allow("states.amazonaws.com") });
  const machine = new aws.sfn.StateMachine("dump", {
    roleArn: workflow.arn,
    definition: pulumi.jsonStringify({
      StartAt: "Dump",
      States: {
        Dump: {
          Type: "Task",
          Resource: "arn:aws:states:::ecs:runTask.sync",
          Parameters: { Cluster: cluster.arn, TaskDefinition: definition.arn },
          End: true,
        },
      },
    }),
  });
  const starter = new aws.iam.Role("starter", { assumeRolePolicy: allow("scheduler.amazonaws.com") });
  const schedules = new aws.scheduler.ScheduleGroup("dump", {});
  const schedule = new aws.scheduler.Schedule("dump", {
    groupName: schedules.name,
    scheduleExpression: "cron(0 2 * * ? *)",
    scheduleExpressionTimezone: "Europe/Berlin",
    flexibleTimeWindow: { mode: "OFF" },
    target: {
      arn: machine.arn,
      roleArn: starter.arn,
      input: JSON.stringify({ databases: ["app"] }),
      retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
      deadLetterConfig: { arn: dlq.arn },
    },
  });

  const checker = new aws.iam.Role("checker", { assumeRolePolicy: allow("lambda.amazonaws.com") });
  const check = new aws.lambda.Function("check", {
    role: checker.arn,
    runtime: "nodejs22.x",
    handler: "index.handler",
    architectures: ["arm64"],
    code: new pulumi.asset.AssetArchive({
      "index.js": new pulumi.asset.StringAsset("exports.handler = async () => ({ checked: true });"),
    }),
    environment: { variables: { BUCKET: primary.it.bucket } },
    loggingConfig: { logFormat: "JSON", logGroup: logs.name },
  });
  new aws.lambda.Permission("check", {
    function: check.name,
    action: "lambda:InvokeFunction",
    principal: "events.amazonaws.com",
  });

  const failures = new aws.cloudwatch.EventRule("failures", { eventPattern: JSON.stringify({ source: ["aws.ecs"] }) });
  new aws.cloudwatch.EventTarget("failures", {
    rule: failures.name,
    arn: topic.arn,
    deadLetterConfig: { arn: dlq.arn },
  });
  const alarm = new aws.cloudwatch.MetricAlarm("age", {
    namespace: "Backups",
    metricName: "AgeMinutes",
    dimensions: { Database: "app" },
    statistic: "Maximum",
    period: 3600,
    evaluationPeriods: 2,
    threshold: 1500,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "breaching",
    alarmActions: [topic.arn],
  });
  new aws.cloudwatch.Dashboard("backups", { dashboardName: "backups", dashboardBody: JSON.stringify({ widgets: [] }) });

  return {
    accountId: aws.getCallerIdentityOutput().accountId,
    partition: aws.getPartitionOutput().partition,
    here: aws.getRegionOutput().region,
    issuer: aws.getCallerIdentityOutput().arn.apply((arn) => aws.iam.getSessionContextOutput({ arn }).issuerArn),
    primaryArn: primary.it.arn,
    primaryDomain: primary.it.bucketRegionalDomainName,
    primaryName: primary.it.bucket,
    replicaName: replica.it.bucket,
    replicaRegion: replica.it.region,
    replicaKeyArn: replica.key.arn,
    accessKeySecret: accessKey.secret,
    arnWithoutRevision: definition.arnWithoutRevision,
    familyRevision: definition.revision,
    machineArn: machine.arn,
    scheduleArn: schedule.arn,
    functionName: check.name,
    alarmName: alarm.name,
    logGroup: logs.name,
    auditBucket: audit.bucket,
    noteEtag: note.etag,
    subnetId: subnet.id,
    secretId: secret.id,
  };
}
