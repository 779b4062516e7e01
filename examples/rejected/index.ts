/**
 * What the policy packs are there to reject: an access key, a key in the environment of a function, and a bucket without encryption
 * of its own. Nothing here is ever deployed; the tests preview it and expect a violation for each.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Looks like an access key id, and is none. Assembled here, because no file of this project may hold such a string. */
const keyShaped = ["AK", "IA", "Q3F7K2M5".repeat(2)].join("");

new aws.s3.Bucket("unencrypted", {});

const user = new aws.iam.User("robot", {});
new aws.iam.AccessKey("long-lived", { user: user.name });

const role = new aws.iam.Role("function-role", {
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
  }),
});
new aws.lambda.Function("hardcoded-key", {
  role: role.arn,
  runtime: aws.lambda.Runtime.NodeJS22dX,
  handler: "index.handler",
  code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("exports.handler = async () => 0;") }),
  environment: { variables: { UPLOAD_KEY_ID: keyShaped } },
});
