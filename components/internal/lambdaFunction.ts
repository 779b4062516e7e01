import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../types";
import { bundlePath } from "./bundlePath";
import { child } from "./child";
import { childName } from "./childName";
import { type Statement, serviceTrust } from "./policyDocument";
import { type Scope, roleWithPolicy } from "./scope";

/** What a function is made from. */
export interface FunctionInput {
  /** Last part of its name. */
  role: string;
  /** Folder of its bundle. */
  bundle: string;
  description: string;
  environment: Record<string, pulumi.Input<string>>;
  /** Texts beside the bundle in its archive, by file name. */
  files?: Record<string, pulumi.Input<string>>;
  /** Statements of its role, given the ARN of its log group. */
  statements: (logGroupArn: pulumi.Output<string>) => pulumi.Output<Statement[]>;
  timeoutSeconds: number;
  /**
   * Memory, and with it the share of a CPU: 1769 is one.
   *
   * @default 256
   */
  memoryMiB?: number;
  /** Queue for events that it was called with asynchronously and failed on. */
  deadLetterQueueArn?: pulumi.Output<string>;
  transform?: Transform<aws.lambda.FunctionArgs>;
}

/** A bundled function with a log group and a role of its own. */
export function lambdaFunction(scope: Scope, input: FunctionInput): aws.lambda.Function {
  const { parent, guard, region, tags } = scope;
  const name = childName(scope.name, input.role);
  const logGroup = child(
    aws.cloudwatch.LogGroup,
    childName(name, "logs"),
    { region, retentionInDays: 30, tags },
    guard,
    { parent },
  );
  const role = roleWithPolicy(
    scope,
    childName(input.role, "role"),
    serviceTrust("lambda.amazonaws.com"),
    input.statements(logGroup.arn),
  );
  const bundle = new pulumi.asset.FileAsset(bundlePath(input.bundle));
  const args: aws.lambda.FunctionArgs = {
    region,
    description: input.description,
    runtime: aws.lambda.Runtime.NodeJS22dX,
    architectures: ["arm64"],
    handler: "index.handler",
    code: pulumi.output(input.files ?? {}).apply((files) => {
      const texts = Object.entries(files).map(([file, text]) => [file, new pulumi.asset.StringAsset(text)] as const);
      return new pulumi.asset.AssetArchive({ "index.js": bundle, ...Object.fromEntries(texts) });
    }),
    role,
    timeout: input.timeoutSeconds,
    memorySize: input.memoryMiB ?? 256,
    loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
    environment: { variables: input.environment },
    deadLetterConfig: input.deadLetterQueueArn && { targetArn: input.deadLetterQueueArn },
    tags,
  };
  return child(aws.lambda.Function, name, args, guard, { parent, transform: input.transform });
}
