/** An access key in a function's environment: whoever may read the program, its state or the function has it. */
import * as aws from "@pulumi/aws";
import { emptyFunction, keyShaped, trust } from "./sound/documents";

const role = new aws.iam.Role("upload", { assumeRolePolicy: trust("lambda.amazonaws.com") });

new aws.lambda.Function("upload", {
  role: role.arn,
  runtime: aws.lambda.Runtime.NodeJS22dX,
  handler: "index.handler",
  code: emptyFunction(),
  environment: { variables: { UPLOAD_ACCOUNT: JSON.stringify({ bucket: "partner-uploads", keyId: keyShaped() }) } },
});
