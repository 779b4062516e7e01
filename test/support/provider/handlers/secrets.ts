// Secrets and their versions. A value passes through and is marked secret in state; it is in no message.
import * as sm from "@aws-sdk/client-secrets-manager";
import { found, gone, tagList, type Handler } from "../handler";
import type { Props } from "../wire";

const secret: Handler = {
  type: "aws:secretsmanager/secret:Secret",
  name: { property: "name", maxLength: 512 },
  replaceOn: ["name", "namePrefix"],
  computed: ["arn", "tagsAll"],
  refuse: ({ recoveryWindowInDays: days }) =>
    typeof days === "number" && days !== 0 && (days < 7 || days > 30)
      ? [`recoveryWindowInDays is ${days}: AWS takes 0 or 7 to 30`]
      : [],
  async create({ aws }, i) {
    const { ARN } = await aws.secrets.send(
      new sm.CreateSecretCommand({
        Name: i["name"],
        Description: i["description"],
        KmsKeyId: i["kmsKeyId"],
        Tags: tagList(i["tags"]),
        AddReplicaRegions: (i["replicas"] as Props[] | undefined)?.map((r) => ({
          Region: r["region"],
          KmsKeyId: r["kmsKeyId"],
        })),
      }),
    );
    return { id: ARN!, outputs: { arn: ARN } };
  },
  async update({ aws }, SecretId, i) {
    await aws.secrets.send(
      new sm.UpdateSecretCommand({ SecretId, Description: i["description"], KmsKeyId: i["kmsKeyId"] }),
    );
    if (i["tags"]) await aws.secrets.send(new sm.TagResourceCommand({ SecretId, Tags: tagList(i["tags"]) }));
  },
  exists: ({ aws }, SecretId) => found(aws.secrets.send(new sm.DescribeSecretCommand({ SecretId }))),
  delete({ aws }, SecretId, s) {
    const days = (s["recoveryWindowInDays"] as number | undefined) ?? 30;
    return gone(
      aws.secrets.send(
        new sm.DeleteSecretCommand(
          days === 0 ? { SecretId, ForceDeleteWithoutRecovery: true } : { SecretId, RecoveryWindowInDays: days },
        ),
      ),
    );
  },
};

const secretVersion: Handler = {
  type: "aws:secretsmanager/secretVersion:SecretVersion",
  replaceOn: ["secretId", "secretString", "secretBinary", "versionStages"],
  computed: ["arn", "secretArn", "versionId"],
  refuse: (i) =>
    i["secretString"] !== undefined && i["secretBinary"] !== undefined
      ? ["give secretString or secretBinary, not both"]
      : [],
  async create({ aws }, i) {
    const put = await aws.secrets.send(
      new sm.PutSecretValueCommand({
        SecretId: i["secretId"],
        SecretString: i["secretString"],
        SecretBinary: i["secretBinary"] && Buffer.from(i["secretBinary"], "base64"),
        VersionStages: i["versionStages"],
      }),
    );
    return {
      id: `${i["secretId"]}|${put.VersionId}`,
      outputs: { arn: put.ARN, secretArn: put.ARN, versionId: put.VersionId },
    };
  },
  // A version cannot be deleted: it goes with its secret. AWS drops the ones that lost their stages.
  delete: () => Promise.resolve(),
};

export const secretHandlers = [secret, secretVersion];
