import { databasesOf, isSet } from "../databases";
import { iso27001, type StackRule } from "../definition";
import { at, UNKNOWN } from "../unknowns";

/**
 * Only `@pulumi/aws` has the arguments: with the native provider, CloudFormation's deletion policy decides, which no
 * property shows.
 */
const SPELLINGS: ReadonlySet<string> = new Set([
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:docdb/cluster:Cluster",
]);
const JUDGED = ["rdsInstance", "rdsCluster", "docdbCluster"] as const;

/**
 * Refuses databases that would go without a last snapshot: those that skip it, and those that do not name it, whose
 * deletion the provider refuses until somebody skips it after all.
 *
 * Severity medium. A `skipFinalSnapshot` that is not known is noted and judged at the update; a name that is not known is
 * one. Not judged: read replicas and secondary clusters of a global database, of which RDS takes none; members of a
 * cluster; DocumentDB elastic clusters and the native provider, which have no such arguments; Neptune.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
 */
export const awsRdsDatabaseFinalSnapshot: StackRule = {
  name: "aws-rds-database-final-snapshot",
  displayName: "Databases leave a final snapshot",
  description: "Every RDS, Aurora and DocumentDB database must take a final snapshot when it is deleted, and name it.",
  severity: "medium",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps:
    "Set skipFinalSnapshot to false and finalSnapshotIdentifier to a name that no snapshot has yet, and run an update before any destroy.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
  judges: JUDGED,
  readsInputsOf: JUDGED,
  judgeStack: (stack, verdict) => {
    for (const database of databasesOf(stack, JUDGED)) {
      if (!SPELLINGS.has(database.type)) continue;
      const skips = at(database.inputs, "skipFinalSnapshot");
      if (skips === true) {
        verdict.violation(
          database,
          `${database.label}: skipFinalSnapshot must be false, got true; set it to false and name the snapshot in finalSnapshotIdentifier.`,
        );
      } else if (!isSet(database.inputs, "finalSnapshotIdentifier")) {
        verdict.violation(
          database,
          `${database.label}: finalSnapshotIdentifier must name the final snapshot, got nothing; without it the database cannot be deleted but by skipping the snapshot.`,
        );
      } else if (skips === UNKNOWN) {
        verdict.unknown(database, `${database.label}: skipFinalSnapshot is not known yet; it is judged at the update.`);
      }
    }
  },
};
