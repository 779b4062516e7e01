/** Logs that are kept for ever, since nobody said for how long. */
import * as aws from "@pulumi/aws";

new aws.cloudwatch.LogGroup("checkout", {});
