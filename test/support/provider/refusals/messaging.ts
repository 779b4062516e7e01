// What SNS and SQS refuse, as far as inputs show. Pure; one message per problem.
import { known, type Props } from "../wire";
import { policyDocument } from "./policies";
import { oneOf, within } from "./s3";

const PROTOCOLS = ["http", "https", "email", "email-json", "sms", "sqs", "lambda", "firehose", "application"];

export function subscription(i: Props): string[] {
  const { protocol, endpoint } = i;
  const problems = oneOf("protocol", protocol, PROTOCOLS);
  if (!known(endpoint) || typeof endpoint !== "string") return problems;
  if ((protocol === "http" || protocol === "https") && !endpoint.startsWith(`${protocol}://`)) {
    problems.push(`endpoint must begin with ${protocol}:// for protocol ${protocol}`);
  }
  if ((protocol === "sqs" || protocol === "lambda") && !endpoint.startsWith(`arn:aws:${protocol}:`)) {
    problems.push(`endpoint must be an ARN of ${protocol} for protocol ${protocol}`);
  }
  if (protocol === "email" && !/^[^@\s]+@[^@\s]+$/.test(endpoint))
    problems.push("endpoint must be an address for protocol email");
  return problems;
}

export const queue = (i: Props): string[] => [
  ...within("delaySeconds", i["delaySeconds"], 0, 900),
  ...within("messageRetentionSeconds", i["messageRetentionSeconds"], 60, 1_209_600),
  ...within("receiveWaitTimeSeconds", i["receiveWaitTimeSeconds"], 0, 20),
  ...within("visibilityTimeoutSeconds", i["visibilityTimeoutSeconds"], 0, 43_200),
  ...(i["sqsManagedSseEnabled"] === true && i["kmsMasterKeyId"]
    ? ["sqsManagedSseEnabled and kmsMasterKeyId exclude each other"]
    : []),
  ...(i["fifoQueue"] === true && known(i["name"]) && !String(i["name"]).endsWith(".fifo")
    ? ["the name of a FIFO queue must end in .fifo"]
    : []),
  ...policyDocument(i["policy"], { kind: "resource" }),
];
