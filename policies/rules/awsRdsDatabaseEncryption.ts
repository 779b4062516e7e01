import { databasesOf, isRestored, isSet } from "../databases";
import { iso27001, type StackRule } from "../definition";
import type { StackResource } from "../stack";
import { isA } from "../resourceTypes";
import { at, UNKNOWN } from "../unknowns";

const JUDGED = ["rdsInstance", "rdsCluster", "docdbCluster"] as const;

/**
 * Refuses databases whose storage is not encrypted: RDS instances, Aurora, Multi-AZ and DocumentDB clusters. Their
 * snapshots and automated backups are encrypted only if they are.
 *
 * Severity high. Unset is off, also for Aurora: the encryption that new clusters get by themselves since 2026 has a key
 * that no policy or trail shows, and older clusters have none. Only Aurora Serverless v1 is always encrypted. A database
 * restored from a snapshot or a point in time is as its source was, and what is not set is judged by what the provider
 * says: noted at the first preview, judged at the update; a cluster that is restored with a `kmsKeyId` is encrypted. A
 * value that is not known is noted and judged at the update. Which key it is, is not judged. Not judged: read replicas and
 * secondary clusters of a global database, which their source decides for; members of a cluster; DocumentDB elastic
 * clusters, which are always encrypted; global clusters themselves; Neptune.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html
 */
export const awsRdsDatabaseEncryption: StackRule = {
  name: "aws-rds-database-encryption",
  displayName: "Databases are encrypted",
  description: "Every RDS, Aurora and DocumentDB database must encrypt its storage.",
  severity: "high",
  framework: iso27001("A.8.24", "Use of cryptography"),
  tags: ["SOC2-CC6.1", "CIS-AWS-3.0.0-2.3.1"],
  remediationSteps:
    "Set storageEncrypted to true, and kmsKeyId to the ARN of a key of your own. That makes a new database: restore an encrypted copy of a snapshot into it.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html",
  judges: JUDGED,
  readsInputsOf: JUDGED,
  judgeStack: (stack, verdict) => {
    for (const database of databasesOf(stack, JUDGED)) {
      const encrypted = encryptionOf(database);
      if (encrypted === UNKNOWN) {
        verdict.unknown(database, `${database.label}: storageEncrypted is not known yet; it is judged at the update.`);
      } else if (encrypted !== true) {
        verdict.violation(
          database,
          `${database.label}: storageEncrypted must be true, got ${encrypted === undefined ? "nothing" : JSON.stringify(encrypted)}; set it to true, which makes a new database.`,
        );
      }
    }
  },
};

/** What the program says; where it leaves that to AWS, what AWS does. */
function encryptionOf(database: StackResource): unknown {
  const { type, inputs, props } = database;
  const written = at(inputs, "storageEncrypted");
  if (written !== undefined) return written;
  if (at(inputs, "engineMode") === "serverless") return true;
  if (!isRestored(database)) return undefined;
  if (!isA("rdsInstance", type) && isSet(inputs, "kmsKeyId")) return true;
  return at(props, "storageEncrypted") ?? UNKNOWN;
}
