/** A stack as platform teams have it, of any size: services with a bucket, a key, roles, a task, a function, a database. */

/** A resource as the engine hands it to a policy pack. */
export interface WireResource {
  type: string;
  name: string;
  urn: string;
  props: Record<string, unknown>;
  /** URNs by argument. */
  dependencies: Record<string, string[]>;
}

const ACCOUNT = "123456789012";
const REGION = "eu-central-1";

/** @param count resources; services are cut short at the end */
export function stackOf(count: number): WireResource[] {
  const resources: WireResource[] = [];
  for (let service = 0; resources.length < count; service++) resources.push(...serviceOf(`service-${service}`));
  return resources.slice(0, count);
}

/** One function whose user data is a text of that many bytes: a script, with nothing in it that a rule refuses. */
export function withLargeText(bytes: number): WireResource[] {
  const line = "curl --fail --silent https://artifacts.example.com/agents/agent-1.24.3.tar.gz -o /opt/agent.tar.gz\n";
  const userData = `#!/bin/bash\n${line.repeat(Math.ceil(bytes / line.length))}`.slice(0, bytes);
  return [resource("aws:ec2/instance:Instance", "large", { ami: "ami-0abcdef1234567890", userData })];
}

function urnOf(type: string, name: string): string {
  return `urn:pulumi:prod::shop::${type}::${name}`;
}

function resource(
  type: string,
  name: string,
  props: Record<string, unknown>,
  from: Record<string, readonly [string, string]> = {},
): WireResource {
  const dependencies = Object.entries(from).map(([argument, [ofType, ofName]]) => [argument, [urnOf(ofType, ofName)]]);
  return {
    type,
    name,
    urn: urnOf(type, name),
    props,
    dependencies: Object.fromEntries(dependencies) as WireResource["dependencies"],
  };
}

const BUCKET = "aws:s3/bucket:Bucket";
const ROLE = "aws:iam/role:Role";
const KEY = "aws:kms/key:Key";

function statement(effect: string, action: string | string[], target: string | string[], more: object = {}): object {
  return { Sid: "S1", Effect: effect, Action: action, Resource: target, ...more };
}

function document(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function serviceOf(name: string): WireResource[] {
  const tags = { Team: "checkout", CostCenter: "4711", ManagedBy: "pulumi", Service: name };
  const bucket = `shop-${name}-documents`;
  const arn = `arn:aws:s3:::${bucket}`;
  const keyArn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/6f0c2a5e-5b1d-4a5e-9c38-2b1e0f3d7a90`;
  const ofBucket = { bucket: [BUCKET, name] } as const;
  return [
    resource(BUCKET, name, { bucket, arn, id: bucket, region: REGION, forceDestroy: false, tags, tagsAll: tags }),
    resource(
      "aws:s3/bucketVersioning:BucketVersioning",
      name,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      ofBucket,
    ),
    resource(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      name,
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn } }] },
      ofBucket,
    ),
    resource(
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      name,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      ofBucket,
    ),
    resource(
      "aws:s3/bucketPolicy:BucketPolicy",
      name,
      {
        bucket,
        policy: document(
          statement("Deny", "s3:*", [arn, `${arn}/*`], {
            Principal: "*",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
          statement("Allow", ["s3:GetObject", "s3:PutObject"], `${arn}/*`, {
            Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/${name}` },
          }),
        ),
      },
      ofBucket,
    ),
    resource(
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      name,
      {
        bucket,
        rules: [{ id: "old", status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays: 90 } }],
      },
      ofBucket,
    ),
    resource(KEY, name, {
      description: `key of ${name}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      arn: keyArn,
      tags,
    }),
    resource("aws:kms/alias:Alias", name, { name: `alias/${name}`, targetKeyId: keyArn }, { targetKeyId: [KEY, name] }),
    resource(ROLE, name, {
      name,
      arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
      assumeRolePolicy: document({
        Effect: "Allow",
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
      tags,
    }),
    resource(
      "aws:iam/rolePolicy:RolePolicy",
      name,
      {
        role: name,
        policy: document(statement("Allow", ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], [arn, `${arn}/*`])),
      },
      { role: [ROLE, name], policy: [BUCKET, name] },
    ),
    resource("aws:cloudwatch/logGroup:LogGroup", name, { name: `/ecs/${name}`, retentionInDays: 30, tags }),
    resource(
      "aws:ecs/taskDefinition:TaskDefinition",
      name,
      {
        family: name,
        cpu: "512",
        memory: "1024",
        taskRoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
        containerDefinitions: JSON.stringify([
          {
            name: "app",
            image: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${name}@sha256:${"a1b2c3d4".repeat(8)}`,
            environment: ["LOG_LEVEL", "BUCKET", "REGION", "QUEUE_URL", "FEATURE_X"].map((key) => ({
              name: key,
              value: `${name}-${key.toLowerCase()}`,
            })),
            secrets: [
              {
                name: "DB_PASSWORD",
                valueFrom: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbCdEf:password::`,
              },
            ],
            logConfiguration: {
              logDriver: "awslogs",
              options: { "awslogs-group": `/ecs/${name}`, "awslogs-region": REGION },
            },
          },
        ]),
      },
      { taskRoleArn: [ROLE, name] },
    ),
    resource("aws:ecs/service:Service", name, {
      name,
      desiredCount: 2,
      launchType: "FARGATE",
      cluster: `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/shop`,
      tags,
    }),
    resource("aws:lambda/function:Function", name, {
      name,
      handler: "index.handler",
      runtime: "nodejs22.x",
      role: `arn:aws:iam::${ACCOUNT}:role/${name}`,
      environment: {
        variables: { TABLE: `${name}-orders`, STAGE: "prod", ENDPOINT: `https://${name}.internal.example.com/v1` },
      },
      sourceCodeHash: "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
      tags,
    }),
    resource("aws:ec2/securityGroup:SecurityGroup", name, {
      description: `traffic of ${name}`,
      ingress: [443, 8080].map((port) => ({
        fromPort: port,
        toPort: port,
        protocol: "tcp",
        cidrBlocks: ["10.0.0.0/16"],
      })),
      vpcId: "vpc-0a1b2c3d4e5f60718",
      tags,
    }),
    resource("aws:cloudwatch/metricAlarm:MetricAlarm", name, {
      name: `${name}-errors`,
      namespace: "AWS/Lambda",
      metricName: "Errors",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
      alarmActions: [`arn:aws:sns:${REGION}:${ACCOUNT}:alerts`],
      dimensions: { FunctionName: name },
    }),
    resource("aws:sqs/queue:Queue", name, { name: `${name}-jobs`, visibilityTimeoutSeconds: 60, tags }),
    resource("aws:route53/record:Record", name, {
      name: `${name}.example.com`,
      type: "CNAME",
      ttl: 300,
      records: [`${name}.elb.${REGION}.amazonaws.com`],
      zoneId: "Z0123456789ABCDEFGHIJ",
    }),
    resource("aws:dynamodb/table:Table", name, {
      name: `${name}-orders`,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      tags,
    }),
    resource("pulumi:providers:random", name, { version: "4.16.7" }),
  ];
}
