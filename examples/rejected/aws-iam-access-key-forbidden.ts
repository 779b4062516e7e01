/** A long-lived key for a pipeline, which could have a role. */
import * as aws from "@pulumi/aws";

const user = new aws.iam.User("pipeline", {});
new aws.iam.AccessKey("pipeline", { user: user.name });
