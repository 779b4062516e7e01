import { DescribeKeyCommand, GetKeyRotationStatusCommand } from "@aws-sdk/client-kms";
import { GetBucketEncryptionCommand } from "@aws-sdk/client-s3";
import { type CheckResult, type DoctorCheck, type DoctorSide, examine, unless } from "./check";

/** The keys that the buckets name, as they are now: without its key, locked data is gone as surely as deleted data. */
export const keys: DoctorCheck = {
  id: "key",
  run: async ({ sides, clients }) => {
    const results: CheckResult[] = [];
    const seen = new Map<string, DoctorSide>();
    for (const side of sides) {
      const { bucket, region } = side;
      results.push(
        await examine("key.state", bucket, async () => {
          const { ServerSideEncryptionConfiguration: found } = await clients(region).s3.send(
            new GetBucketEncryptionCommand({ Bucket: bucket }),
          );
          const id = found?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
          if (id === undefined) return { ok: "", problems: ["the bucket names no key"] };
          const { KeyMetadata: key } = await clients(region).kms.send(new DescribeKeyCommand({ KeyId: id }));
          const arn = key?.Arn ?? id;
          const other = seen.get(arn);
          seen.set(arn, side);
          const rotation =
            key?.Origin === "AWS_KMS" && key.KeyState === "Enabled"
              ? (await clients(region).kms.send(new GetKeyRotationStatusCommand({ KeyId: arn }))).KeyRotationEnabled
              : true;
          return {
            ok: `${arn} is enabled, and rotates`,
            problems: unless(
              [
                key?.KeyState === "Enabled",
                `${arn} is ${key?.KeyState ?? "in no known state"}${key?.DeletionDate ? ` and goes on ${key.DeletionDate.toISOString()}; cancel that now: aws kms cancel-key-deletion` : "; enable it"}`,
              ],
              [rotation === true, `${arn} does not rotate; enable its rotation`],
              [key?.MultiRegion !== true, `${arn} is a multi-Region key: lost once, lost everywhere`],
              [other === undefined, `${arn} encrypts both sides: lost once, lost everywhere`],
            ),
          };
        }),
      );
    }
    return results;
  },
};
