/** Stacks for the packs to judge, one for each exported function. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { backupBucket, bucket, denyPlaintext } from "../../../examples/rejected/sound/buckets";
import { database } from "../../../examples/rejected/sound/databases";
import { document, emptyFunction, trust } from "../../../examples/rejected/sound/documents";
import { workload } from "../../../examples/rejected/sound/workload";
import { leaked } from "../../policies/leaked";

export function sound(): void {
  workload("shop");
  database("shop");
  new aws.iam.User("reader", {});
}

export function broken(): void {
  new aws.s3.Bucket("bare", { forceDestroy: true, objectLockEnabled: true, tags: { Deploy: leaked.accessKeyId } });
  new aws.s3.Bucket("logs", {});
  new aws.cloudwatch.LogGroup("app", {});
  new aws.iam.AccessKey("ci", { user: "ci" });
  new aws.ecs.TaskDefinition("app", {
    family: "app",
    containerDefinitions: JSON.stringify([
      { name: "app", environment: [{ name: "DB_PASSWORD", value: leaked.github }] },
    ]),
  });
}

/** The policy is one unknown text as long as the bucket's ARN is not known. */
export function unknown(): void {
  const bucket = backupBucket("shop-backups", { without: ["policy"] });
  const policy = pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [{ ...denyPlaintext("shop-backups"), Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`] }],
  });
  new aws.s3.BucketPolicy("shop-backups", { bucket: bucket.id, policy });
  new aws.s3.BucketObjectv2("note", {
    bucket: bucket.id,
    key: "note",
    content: leaked.slack,
    tags: { Of: bucket.arn },
  });
  new aws.lambda.Function("report", {
    role: new aws.iam.Role("report", { assumeRolePolicy: trust("lambda.amazonaws.com") }).arn,
    runtime: aws.lambda.Runtime.NodeJS22dX,
    handler: "index.handler",
    code: emptyFunction(),
    environment: { variables: { BUCKET: bucket.arn, API_KEY: leaked.google } },
  });
}

/** A policy without the statement for TLS, which nobody can see before the bucket is there. */
export function withoutTls(): void {
  const notes = bucket("shop-notes", { without: ["policy"] });
  const principal = { AWS: "arn:aws:iam::123456789012:root" };
  const policy = notes.arn.apply((arn) =>
    document({ Effect: "Allow", Principal: principal, Action: "s3:GetObject", Resource: `${arn}/*` }),
  );
  new aws.s3.BucketPolicy("shop-notes", { bucket: notes.id, policy });
}

const token = (): pulumi.Output<string> => new pulumi.Config("shop").requireSecret("token");

export function secretWhereItBelongs(): void {
  new aws.secretsmanager.SecretVersion("token", { secretId: "shop/token", secretString: token() });
}

export function literalWhereASecretBelongs(): void {
  new aws.secretsmanager.SecretVersion("token", { secretId: "shop/token", secretString: leaked.github });
}

export function secretWhereItIsRead(): void {
  new aws.secretsmanager.Secret("plain", { description: token() });
}

/** A bucket that is open in one way alone. */
export function open(): void {
  const documents = bucket("documents", { without: ["publicAccessBlock"] });
  new aws.s3.BucketPublicAccessBlock("documents", { bucket: documents.id, blockPublicAcls: true });
}
