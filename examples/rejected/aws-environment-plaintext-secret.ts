/** A password in a function's environment, as text: whoever may describe the function reads it. */
import * as aws from "@pulumi/aws";
import { emptyFunction, trust } from "./sound/documents";

const role = new aws.iam.Role("report", { assumeRolePolicy: trust("lambda.amazonaws.com") });

new aws.lambda.Function("report", {
  role: role.arn,
  runtime: aws.lambda.Runtime.NodeJS22dX,
  handler: "index.handler",
  code: emptyFunction(),
  environment: { variables: { DB_HOST: "orders.internal", DB_PASSWORD: "correct horse battery staple" } },
});
