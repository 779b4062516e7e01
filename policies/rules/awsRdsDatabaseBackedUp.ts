import { keptByAws } from "../awsBackupSelections";
import { BACKUP_COMPONENTS, backedUpDatabasesOf } from "../databaseBackups";
import { DATABASES, databasesOf } from "../databases";
import { iso27001, type StackRule } from "../definition";
import { UNKNOWN } from "../unknowns";

/**
 * Refuses databases that nothing backs up: RDS instances, Aurora and Multi-AZ clusters, DocumentDB clusters, elastic ones
 * too, of any engine.
 *
 * Severity critical. What counts as a backup: a `DatabaseBackup` or `BackupRunner` of this library, or another task or
 * function that writes to a backup bucket, made from the database or its secret; AWS Backup, by a selection in the stack;
 * automated backups replicated to another Region; a backup that another stack has, declared in `declaredBackups`. What
 * AWS keeps itself is a copy, but not 3-2-1: `acceptAwsBackup` false asks for more. Automated backups of the same Region
 * are not one: they go with the database.
 *
 * Judged by dependencies, so at the first preview as well; where the tags or patterns of AWS Backup are not known yet,
 * that is noted and judged at the update. A database that a backup knows by a literal only is to be declared. Not judged:
 * read replicas, secondary clusters of a global database and members of a cluster, whose source is; what AWS Backup does
 * with its selection (opt-in, role, plan); databases in a list in S3 (`databaseList`); Neptune, and databases that the
 * stack does not make.
 *
 * @see https://docs.aws.amazon.com/prescriptive-guidance/latest/backup-recovery/rds.html
 */
export const awsRdsDatabaseBackedUp: StackRule = {
  name: "aws-rds-database-backed-up",
  displayName: "Databases are backed up",
  description: "Every RDS, Aurora and DocumentDB database must be backed up, by this stack or by one that is named.",
  severity: "critical",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps:
    "Pass the database's secret to a DatabaseBackup, or select the database in AWS Backup; where another stack backs it up, name that stack in the option declaredBackups.",
  url: "https://docs.aws.amazon.com/prescriptive-guidance/latest/backup-recovery/rds.html",
  judges: [...DATABASES, ...BACKUP_COMPONENTS, "awsBackupSelection", "rdsBackupsReplication"],
  readsInputsOf: [...DATABASES, ...BACKUP_COMPONENTS],
  options: {
    acceptAwsBackup: {
      type: "boolean",
      default: true,
      description:
        "Whether copies that AWS keeps count: AWS Backup, and automated backups replicated to another Region.",
    },
    declaredBackups: {
      type: "array",
      default: [],
      description:
        "Databases that another stack backs up: each with the database (name, type::name or URN), that stack, and optionally a reason.",
      items: {
        type: "object",
        required: ["database", "stack"],
        additionalProperties: false,
        properties: {
          database: { type: "string", minLength: 1 },
          stack: { type: "string", minLength: 1 },
          reason: { type: "string", minLength: 1 },
        },
      },
    },
  },
  judgeStack: (stack, verdict, options) => {
    const acceptsAws = options["acceptAwsBackup"] === true;
    const declared = new Set((options["declaredBackups"] as { database: string }[]).map(({ database }) => database));
    const backedUp = backedUpDatabasesOf(stack);
    const open = databasesOf(stack).filter(
      (database) =>
        !backedUp.has(database) &&
        ![database.name, `${database.type}::${database.name}`, database.urn].some((text) => declared.has(text)),
    );
    const kept = acceptsAws ? keptByAws(stack, open) : undefined;
    for (const database of open) {
      const answer = kept?.get(database);
      if (answer === UNKNOWN) {
        verdict.unknown(
          database,
          `${database.label}: whether AWS Backup selects it is not known yet; it is judged at the update.`,
        );
      } else if (answer !== true) {
        verdict.violation(
          database,
          `${database.label}: nothing in this stack backs it up; pass its secret to a DatabaseBackup${acceptsAws ? ", select it in AWS Backup" : ""}, or name the stack that backs it up in declaredBackups.`,
        );
      }
    }
  },
};
