// Every resource type the stand-in provider serves. A new type is one row in a handlers file.
import type { Handler } from "./handler";
import { ecsHandlers } from "./handlers/ecs";
import { endpointHandlers } from "./handlers/endpoints";
import { iamHandlers } from "./handlers/iam";
import { kmsHandlers } from "./handlers/kms";
import { lambdaHandlers } from "./handlers/lambda";
import { messagingHandlers } from "./handlers/messaging";
import { monitoringHandlers } from "./handlers/monitoring";
import { networkHandlers } from "./handlers/network";
import { previewedHandlers } from "./handlers/previewed";
import { s3BucketHandlers } from "./handlers/s3Bucket";
import { s3SettingHandlers } from "./handlers/s3Settings";
import { secretHandlers } from "./handlers/secrets";
import { workflowHandlers } from "./handlers/workflow";

export const handlers: readonly Handler[] = [
  ...s3BucketHandlers,
  ...s3SettingHandlers,
  ...kmsHandlers,
  ...iamHandlers,
  ...secretHandlers,
  ...messagingHandlers,
  ...monitoringHandlers,
  ...ecsHandlers,
  ...workflowHandlers,
  ...lambdaHandlers,
  ...networkHandlers,
  ...endpointHandlers,
  ...previewedHandlers,
];

/** Types that can be created, because a stand-in serves their API. */
export const servedTypes: readonly string[] = handlers.filter((h) => !h.previewOnly).map((h) => h.type);

const byType = new Map(handlers.map((h) => [h.type, h]));

/** @throws Error for a type that is not in the table: none is ever echoed */
export function handlerFor(type: string): Handler {
  const handler = byType.get(type);
  if (!handler) {
    throw new Error(`the stand-in provider has no handler for ${type}: add one under test/support/provider/handlers/`);
  }
  return handler;
}
