// What Lambda refuses about a function, as far as inputs show. Pure; one message per problem.
import { isObject, known, type Props } from "../wire";
import { listOf, oneOf, within } from "./s3";

const RESERVED =
  /^(AWS_(REGION|DEFAULT_REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|LAMBDA_\w+|EXECUTION_ENV)|_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;
const MAX_ENVIRONMENT_BYTES = 4096;

export function lambdaFunction(i: Props): string[] {
  const given = i["environment"]?.variables as unknown;
  const variables = isObject(given) ? given : {};
  const problems = [
    ...within("timeout", i["timeout"], 1, 900),
    ...within("memorySize", i["memorySize"], 128, 10_240),
    ...within("ephemeralStorage.size", i["ephemeralStorage"]?.size, 512, 10_240),
    ...listOf(i["architectures"]).flatMap((a) => oneOf("architectures", a, ["x86_64", "arm64"])),
    ...oneOf("loggingConfig.logFormat", i["loggingConfig"]?.logFormat, ["JSON", "Text"]),
  ];
  if (i["packageType"] === "Image") problems.push("the stand-in does not serve functions from container images");
  else {
    if (i["code"] === undefined) problems.push("code is missing: give a FileArchive or an AssetArchive");
    for (const key of ["handler", "runtime"])
      if (!i[key]) problems.push(`${key} is mandatory for functions from a ZIP`);
  }
  if (i["name"] !== undefined && known(i["name"]) && !/^[\w-]{1,64}$/.test(i["name"]))
    problems.push(`function name "${i["name"]}" must be 1 to 64 letters, digits, - or _`);
  for (const key of Object.keys(variables).filter((k) => RESERVED.test(k)))
    problems.push(`environment variable ${key} is reserved by Lambda`);
  for (const key of Object.keys(variables).filter((k) => !/^[A-Za-z]\w*$/.test(k) && !RESERVED.test(k)))
    problems.push(`environment variable ${key} is not a valid name`);
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (known(variables) && bytes > MAX_ENVIRONMENT_BYTES)
    problems.push(`the environment has ${bytes} bytes: Lambda takes ${MAX_ENVIRONMENT_BYTES}`);
  return problems;
}
