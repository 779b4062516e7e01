// Keys and their aliases.
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  ListAliasesCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import { gone, type Context, type Handler } from "../handler";
import { oneOf, within } from "../refusals/s3";
import { keyLockout, policyDocument } from "../refusals/policies";
import { known, type Props } from "../wire";

const kmsTags = (tags: Props | undefined) =>
  Object.entries(tags ?? {}).map(([TagKey, TagValue]) => ({ TagKey, TagValue: String(TagValue) }));

async function rotateAndEnable({ aws }: Context, KeyId: string, inputs: Props): Promise<void> {
  const RotationPeriodInDays = inputs["rotationPeriodInDays"] as number | undefined;
  // Rotation can only be set while the key is enabled.
  await aws.kms.send(new EnableKeyCommand({ KeyId }));
  if (inputs["enableKeyRotation"]) await aws.kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays }));
  else await aws.kms.send(new DisableKeyRotationCommand({ KeyId }));
  if (inputs["isEnabled"] === false) await aws.kms.send(new DisableKeyCommand({ KeyId }));
}

const key: Handler = {
  type: "aws:kms/key:Key",
  replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId", "xksKeyId"],
  computed: ["arn", "keyId", "tagsAll"],
  refuse: (i) => [
    ...within("deletionWindowInDays", i["deletionWindowInDays"], 7, 30),
    ...within("rotationPeriodInDays", i["rotationPeriodInDays"], 90, 2560),
    ...oneOf("keyUsage", i["keyUsage"], ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"]),
    ...policyDocument(i["policy"], { kind: "resource" }),
    ...(i["bypassPolicyLockoutSafetyCheck"] ? [] : keyLockout(i["policy"])),
  ],
  async create(context, inputs) {
    const { KeyMetadata } = await context.aws.kms.send(
      new CreateKeyCommand({
        Description: inputs["description"],
        KeyUsage: inputs["keyUsage"],
        KeySpec: inputs["customerMasterKeySpec"],
        MultiRegion: inputs["multiRegion"],
        Policy: inputs["policy"],
        Tags: kmsTags(inputs["tags"]),
      }),
    );
    const id = KeyMetadata!.KeyId!;
    if (inputs["enableKeyRotation"] || inputs["isEnabled"] === false) await rotateAndEnable(context, id, inputs);
    return { id, outputs: { arn: KeyMetadata!.Arn, keyId: id } };
  },
  async update(context, KeyId, inputs) {
    const { kms } = context.aws;
    if (inputs["policy"])
      await kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: "default", Policy: inputs["policy"] }));
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: inputs["description"] ?? "" }));
    await rotateAndEnable(context, KeyId, inputs);
    if (inputs["tags"]) await kms.send(new TagResourceCommand({ KeyId, Tags: kmsTags(inputs["tags"]) }));
  },
  async exists({ aws }, KeyId) {
    const state = await aws.kms.send(new DescribeKeyCommand({ KeyId })).then(
      (answer) => answer.KeyMetadata?.KeyState,
      () => undefined,
    );
    return state !== undefined && state !== "PendingDeletion";
  },
  delete: ({ aws }, KeyId, state) =>
    gone(
      aws.kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: state["deletionWindowInDays"] ?? 30 })),
    ),
};

const keyArn = async (aws: Context["aws"], KeyId: string): Promise<Props> => ({
  targetKeyArn: (await aws.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Arn,
});

const alias: Handler = {
  type: "aws:kms/alias:Alias",
  name: { property: "name", maxLength: 256, prefix: "alias/" },
  replaceOn: ["name", "namePrefix"],
  computed: ["arn", "targetKeyArn"],
  refuse: (i) =>
    typeof i["name"] === "string" && known(i["name"]) && !/^alias\/(?!aws\/).+/.test(i["name"])
      ? [`name is "${i["name"]}": it must begin with "alias/" and not with "alias/aws/"`]
      : [],
  async create({ aws, region, accountId }, i) {
    await aws.kms.send(new CreateAliasCommand({ AliasName: i["name"], TargetKeyId: i["targetKeyId"] }));
    const arn = `arn:aws:kms:${region}:${accountId}:${i["name"]}`;
    return { id: i["name"], outputs: { arn, ...(await keyArn(aws, i["targetKeyId"])) } };
  },
  async update({ aws }, AliasName, i) {
    await aws.kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: i["targetKeyId"] }));
    return keyArn(aws, i["targetKeyId"]);
  },
  async exists({ aws }, id) {
    return ((await aws.kms.send(new ListAliasesCommand({}))).Aliases ?? []).some((a) => a.AliasName === id);
  },
  delete: ({ aws }, AliasName) => gone(aws.kms.send(new DeleteAliasCommand({ AliasName }))),
};

export const kmsHandlers = [key, alias];
