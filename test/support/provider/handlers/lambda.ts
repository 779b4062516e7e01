// Functions and who may call them.
import * as lambda from "@aws-sdk/client-lambda";
import { found, gone, type Context, type Handler } from "../handler";
import { lambdaFunction as refuseFunction } from "../refusals/lambda";
import type { Props } from "../wire";
import { zipArchive } from "../zip";
import { mustAssume } from "./trust";

const functionConfiguration = (i: Props) => ({
  FunctionName: i["name"] as string,
  Role: i["role"] as string,
  Description: i["description"] as string | undefined,
  Handler: i["handler"] as string | undefined,
  Runtime: i["runtime"] as lambda.Runtime | undefined,
  Timeout: (i["timeout"] as number | undefined) ?? 3,
  MemorySize: (i["memorySize"] as number | undefined) ?? 128,
  Environment: { Variables: (i["environment"]?.variables ?? {}) as Record<string, string> },
  LoggingConfig: i["loggingConfig"] && {
    LogFormat: i["loggingConfig"].logFormat,
    LogGroup: i["loggingConfig"].logGroup,
    ApplicationLogLevel: i["loggingConfig"].applicationLogLevel,
    SystemLogLevel: i["loggingConfig"].systemLogLevel,
  },
  EphemeralStorage: i["ephemeralStorage"] && { Size: i["ephemeralStorage"].size },
  TracingConfig: i["tracingConfig"] && { Mode: i["tracingConfig"].mode },
  DeadLetterConfig: i["deadLetterConfig"] && { TargetArn: i["deadLetterConfig"].targetArn },
  KMSKeyArn: i["kmsKeyArn"] as string | undefined,
});

const functionOutputs = ({ region }: Context, made: lambda.FunctionConfiguration): Props => ({
  arn: made.FunctionArn,
  invokeArn: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${made.FunctionArn}/invocations`,
  qualifiedArn: `${made.FunctionArn}:${made.Version}`,
  lastModified: made.LastModified,
  version: made.Version,
  codeSha256: made.CodeSha256,
  sourceCodeSize: made.CodeSize,
});

async function reserve({ aws }: Context, FunctionName: string, reserved: number | undefined): Promise<void> {
  if (reserved === undefined || reserved < 0) {
    await gone(aws.lambda.send(new lambda.DeleteFunctionConcurrencyCommand({ FunctionName })));
  } else {
    await aws.lambda.send(
      new lambda.PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: reserved }),
    );
  }
}

const lambdaFunction: Handler = {
  type: "aws:lambda/function:Function",
  name: { property: "name", maxLength: 64 },
  replaceOn: ["name", "packageType"],
  computed: ["arn", "invokeArn", "qualifiedArn", "lastModified", "version", "codeSha256", "sourceCodeSize", "tagsAll"],
  refuse: refuseFunction,
  async create(context, i) {
    await mustAssume(context, i["role"], "lambda.amazonaws.com");
    const made = await context.aws.lambda.send(
      new lambda.CreateFunctionCommand({
        ...functionConfiguration(i),
        Architectures: i["architectures"],
        Code: { ZipFile: zipArchive(i["code"]) },
        Tags: i["tags"],
      }),
    );
    if (i["reservedConcurrentExecutions"] !== undefined)
      await reserve(context, i["name"], i["reservedConcurrentExecutions"]);
    return { id: i["name"], outputs: functionOutputs(context, made) };
  },
  async update(context, FunctionName, i) {
    await mustAssume(context, i["role"], "lambda.amazonaws.com");
    const { lambda: client } = context.aws;
    await client.send(new lambda.UpdateFunctionConfigurationCommand(functionConfiguration(i)));
    const made = await client.send(
      new lambda.UpdateFunctionCodeCommand({
        FunctionName,
        ZipFile: zipArchive(i["code"]),
        Architectures: i["architectures"],
      }),
    );
    await reserve(context, FunctionName, i["reservedConcurrentExecutions"]);
    return functionOutputs(context, made);
  },
  exists: ({ aws }, FunctionName) => found(aws.lambda.send(new lambda.GetFunctionCommand({ FunctionName }))),
  delete: ({ aws }, FunctionName) => gone(aws.lambda.send(new lambda.DeleteFunctionCommand({ FunctionName }))),
};

const permission: Handler = {
  type: "aws:lambda/permission:Permission",
  name: { property: "statementId", maxLength: 100 },
  replaceOn: ["function", "statementId", "action", "principal", "sourceArn", "sourceAccount", "qualifier"],
  computed: [],
  async create({ aws }, i) {
    await aws.lambda.send(
      new lambda.AddPermissionCommand({
        FunctionName: i["function"],
        StatementId: i["statementId"],
        Action: i["action"],
        Principal: i["principal"],
        SourceArn: i["sourceArn"],
        SourceAccount: i["sourceAccount"],
        Qualifier: i["qualifier"],
      }),
    );
    return { id: i["statementId"] };
  },
  delete: ({ aws }, StatementId, s) =>
    gone(
      aws.lambda.send(
        new lambda.RemovePermissionCommand({ FunctionName: s["function"], StatementId, Qualifier: s["qualifier"] }),
      ),
    ),
};

export const lambdaHandlers = [lambdaFunction, permission];
