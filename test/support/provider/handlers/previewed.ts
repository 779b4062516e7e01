// Types that programs preview here and never create: no stand-in serves their API.
import type { Handler } from "../handler";

function previewed(type: string, computed: readonly string[], name?: Handler["name"]): Handler {
  const refuse = (): Promise<never> =>
    Promise.reject(new Error(`the stand-in provider knows ${type} at previews alone: no stand-in serves it`));
  return { type, computed, name, replaceOn: [], previewOnly: true, create: refuse, delete: refuse };
}

export const previewedHandlers = [
  previewed(
    "aws:rds/instance:Instance",
    ["address", "arn", "backupRetentionPeriod", "endpoint", "kmsKeyId", "masterUserSecrets", "resourceId", "tagsAll"],
    { property: "identifier", maxLength: 63 },
  ),
  previewed("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication", ["kmsKeyId"]),
];
