import { GetBucketReplicationCommand } from "@aws-sdk/client-s3";
import { type CheckResult, type DoctorCheck, examine, unless } from "./check";

/** The rule that copies everything, its locks included, and never a deletion. */
export const replication: DoctorCheck = {
  id: "replication",
  run: async (context) => {
    const [primary, replica] = (["primary", "replica"] as const).map((name) =>
      context.sides.find(({ side }) => side === name),
    );
    if (!primary) return [];
    const id = "bucket.replication";
    const results: CheckResult[] = [];
    results.push(
      await examine(id, primary.bucket, async () => {
        const { ReplicationConfiguration: found } = await context
          .clients(primary.region)
          .s3.send(new GetBucketReplicationCommand({ Bucket: primary.bucket }));
        const rules = found?.Rules ?? [];
        const rule = rules.find(
          ({ Filter, Prefix, Status }) =>
            Status === "Enabled" && (Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? "") === "",
        );
        if (!rule) return { ok: "", problems: [`none of its ${rules.length} rules is enabled and copies everything`] };
        const to = rule.Destination?.Bucket?.split(":").pop();
        return {
          ok: `everything is copied to ${to}`,
          problems: unless(
            [replica === undefined || to === replica.bucket, `it copies to ${to}, not to ${replica?.bucket}`],
            [
              rule.DeleteMarkerReplication?.Status !== "Enabled",
              "it copies delete markers, which hide both sides at once",
            ],
            [
              rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === "Enabled",
              "it leaves out what is encrypted with KMS, which is everything",
            ],
            [
              rule.Destination?.EncryptionConfiguration?.ReplicaKmsKeyID !== undefined,
              "it names no key for the copies",
            ],
            [
              rule.SourceSelectionCriteria?.ReplicaModifications?.Status !== "Enabled",
              "it copies changes of replicas back",
            ],
          ),
        };
      }),
    );
    if (!replica) {
      const detail = "no replica is named; give --stack, or --replica-bucket with --replica-region";
      results.push({ id: "replica", subject: "unknown", status: "notChecked", detail });
    } else if (replica.region === primary.region) {
      const detail = `both buckets are in ${primary.region}: one region lost is all lost`;
      results.push({ id: "replica", subject: replica.bucket, status: "finding", detail });
    }
    return results;
  },
};
