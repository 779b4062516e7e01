import { logWriting } from "../iamPolicies";
import { allow, type Statement } from "../policyDocument";

/** What the delivery function uses. */
export interface DeliveryTargets {
  logGroupArn: string;
  secretArns: readonly string[];
  secretKeyArns: readonly string[];
  deadLetterQueueArn: string;
  freshnessFunctionArns: readonly string[];
}

/** The delivery function: reads exactly its secrets, asks the freshness functions for a digest, and keeps what it could not deliver. */
export function deliveryStatements(to: DeliveryTargets): Statement[] {
  const some = (Sid: string, action: string, arns: readonly string[]): Statement[] =>
    arns.length === 0 ? [] : [allow(Sid, action, [...new Set(arns)])];
  return [
    logWriting(to.logGroupArn),
    ...some("ReadSecrets", "secretsmanager:GetSecretValue", to.secretArns),
    ...some("DecryptSecrets", "kms:Decrypt", to.secretKeyArns),
    ...some("AskFreshness", "lambda:InvokeFunction", to.freshnessFunctionArns),
    allow("DeadLetter", "sqs:SendMessage", to.deadLetterQueueArn),
  ];
}
