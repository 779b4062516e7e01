import { databasesOf } from "../databases";
import { iso27001, type StackRule } from "../definition";
import { at, UNKNOWN } from "../unknowns";

const JUDGED = ["rdsInstance", "rdsCluster", "docdbCluster"] as const;

/**
 * Refuses databases without deletion protection: RDS instances, Aurora, Multi-AZ and DocumentDB clusters.
 *
 * Severity high. Unset is off. Pulumi's own `protect` does not stand in: it holds back Pulumi alone. A value that is not
 * known is noted and judged at the update. Not judged: read replicas and secondary clusters of a global database, whose
 * source keeps the data; members of a cluster, which the cluster protects; DocumentDB elastic clusters, which have no such
 * argument; global clusters themselves; Neptune.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
 */
export const awsRdsDatabaseDeletionProtection: StackRule = {
  name: "aws-rds-database-deletion-protection",
  displayName: "Databases are protected from deletion",
  description: "Every RDS, Aurora and DocumentDB database must have deletion protection on.",
  severity: "high",
  framework: iso27001("A.5.33", "Protection of records"),
  tags: ["SOC2-A1.2"],
  remediationSteps:
    "Set deletionProtection to true on the database; turn it off in an update of its own before a destroy.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
  judges: JUDGED,
  readsInputsOf: JUDGED,
  judgeStack: (stack, verdict) => {
    for (const database of databasesOf(stack, JUDGED)) {
      const protection = at(database.inputs, "deletionProtection");
      if (protection === UNKNOWN) {
        verdict.unknown(
          database,
          `${database.label}: deletionProtection is not known yet; it is judged at the update.`,
        );
      } else if (protection !== true) {
        verdict.violation(
          database,
          `${database.label}: deletionProtection must be true, got ${protection === undefined ? "nothing" : JSON.stringify(protection)}; set it to true.`,
        );
      }
    }
  },
};
