import {
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import {
  type CheckResult,
  type DoctorCheck,
  type DoctorContext,
  type DoctorSide,
  examine,
  type Look,
  unless,
} from "./check";

type BucketLook = (context: DoctorContext, side: DoctorSide) => Promise<Look>;

const versioning: BucketLook = async ({ clients }, { bucket, region }) => {
  const { Status } = await clients(region).s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
  return {
    ok: "versioning is enabled",
    problems: unless([
      Status === "Enabled",
      `versioning is ${Status ?? "off"}; overwritten backups are lost: enable it`,
    ]),
  };
};

const objectLock: BucketLook = async ({ clients, stack }, { bucket, region }) => {
  const { ObjectLockConfiguration: lock } = await clients(region).s3.send(
    new GetObjectLockConfigurationCommand({ Bucket: bucket }),
  );
  const { Mode, Days, Years } = lock?.Rule?.DefaultRetention ?? {};
  const days = Days ?? (Years ?? 0) * 365;
  const least = stack.tiers && Math.min(...stack.tiers.map(({ lockDays }) => lockDays));
  const { objectLockMode } = stack;
  return {
    ok: `locked ${Mode ?? ""} for at least ${days} days`,
    problems: unless(
      [lock?.ObjectLockEnabled === "Enabled", "Object Lock is not enabled"],
      [Mode !== undefined && days >= 1, "there is no default retention: an upload without lock headers stays unlocked"],
      [
        objectLockMode === undefined || Mode === undefined || String(Mode) === String(objectLockMode),
        `the default mode is ${Mode}, ${objectLockMode} was promised`,
      ],
      [
        least === undefined || least === 0 || days >= least,
        `the default retention is ${days} days, the shortest tier promises ${least}`,
      ],
    ),
  };
};

const encryption: BucketLook = async ({ clients }, { bucket, region }) => {
  const { ServerSideEncryptionConfiguration: found } = await clients(region).s3.send(
    new GetBucketEncryptionCommand({ Bucket: bucket }),
  );
  const [rule] = found?.Rules ?? [];
  const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
  return {
    ok: `encrypted with ${KMSMasterKeyID}`,
    problems: unless(
      [
        SSEAlgorithm === "aws:kms" || SSEAlgorithm === "aws:kms:dsse",
        `objects are encrypted by ${SSEAlgorithm ?? "nothing"}, not by a KMS key`,
      ],
      [KMSMasterKeyID !== undefined, "no key of its own is named: the account's aws/s3 key can't be kept from anybody"],
    ),
  };
};

const publicAccess: BucketLook = async ({ clients }, { bucket, region }) => {
  const { PublicAccessBlockConfiguration: block } = await clients(region).s3.send(
    new GetPublicAccessBlockCommand({ Bucket: bucket }),
  );
  const names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"] as const;
  const open = names.filter((name) => block?.[name] !== true);
  return {
    ok: "closed to the public",
    problems: open.length === 0 ? [] : [`public access is not blocked: ${open.join(", ")} must be true`],
  };
};

const ownership: BucketLook = async ({ clients }, { bucket, region }) => {
  const { OwnershipControls } = await clients(region).s3.send(
    new GetBucketOwnershipControlsCommand({ Bucket: bucket }),
  );
  const found = OwnershipControls?.Rules?.[0]?.ObjectOwnership;
  return {
    ok: "access lists are off",
    problems: unless([
      found === "BucketOwnerEnforced",
      `object ownership is ${found ?? "not set"}, not BucketOwnerEnforced`,
    ]),
  };
};

const LOOKS: Record<string, BucketLook> = { versioning, objectLock, encryption, publicAccess, ownership };

/** Settings of both buckets. */
export const buckets: DoctorCheck = {
  id: "bucket",
  run: async (context) => {
    const results: CheckResult[] = [];
    for (const side of context.sides) {
      for (const [name, look] of Object.entries(LOOKS)) {
        results.push(await examine(`bucket.${name}`, side.bucket, () => look(context, side)));
      }
    }
    return results;
  },
};
