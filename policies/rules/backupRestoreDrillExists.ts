import { silentAlarms } from "../alarms";
import { alarmsByRepository, BACKUP_METRICS, backupComponentsOf, repositoryOf } from "../backupComponents";
import { iso27001, type StackRule } from "../definition";
import { at, UNKNOWN } from "../unknowns";

/**
 * Refuses backups that nobody ever restores: without a restore drill on a schedule, and an alarm that goes off when drills
 * fail or do not report.
 *
 * Severity medium. Judged are this library's components alone: a DatabaseBackup, or a BackupRunner by itself, needs a
 * RestoreDrill of the same repository in the stack, with an alarm on the age of the last drill that passed, or to be named
 * in `declaredDrills` as drilled by another stack. What drills other backups cannot be told from any other task. A
 * repository whose name is not known counts as drilled by any drill. A treatMissingData that is not known is noted and judged at the update.
 *
 * @see https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_backing_up_data_periodic_recovery_testing_data.html
 */
export const backupRestoreDrillExists: StackRule = {
  name: "backup-restore-drill-exists",
  displayName: "Backups are restored on a schedule",
  description: "Every backup must have a restore drill, with an alarm that goes off when drills fail or stop.",
  severity: "medium",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.3"],
  remediationSteps:
    "Give the DatabaseBackup a `drill`, or add a RestoreDrill with the same repositoryName and an alarmTopicArn, and drillIntervalDays to the FreshnessCheck; or name the repository in declaredDrills.",
  url: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_backing_up_data_periodic_recovery_testing_data.html",
  judges: ["databaseBackup", "backupRunner", "restoreDrill", "metricAlarm"],
  readsInputsOf: ["databaseBackup", "backupRunner", "restoreDrill", "metricAlarm"],
  options: {
    declaredDrills: {
      type: "array",
      default: [],
      description: "Repositories that another stack drills: each with its repository and that stack.",
      items: {
        type: "object",
        required: ["repository", "stack"],
        additionalProperties: false,
        properties: { repository: { type: "string", minLength: 1 }, stack: { type: "string", minLength: 1 } },
      },
    },
  },
  judgeStack: (stack, verdict, options) => {
    const declared = new Set((options["declaredDrills"] as unknown[]).map((one) => at(one, "repository")));
    const drilled = new Set(stack.ofConcept("restoreDrill").map(repositoryOf));
    const alarmsOn = alarmsByRepository(stack, BACKUP_METRICS.drills);
    for (const { entry, label, repository } of backupComponentsOf(stack)) {
      if (declared.has(repository)) continue;
      const isDrilled = drilled.has(repository) || drilled.has(UNKNOWN) || (repository === UNKNOWN && drilled.size > 0);
      if (!isDrilled) {
        const named = repository === UNKNOWN ? "its repository" : `"${repository}"`;
        verdict.violation(
          entry,
          `${label} has no restore drill; give it one, or name ${named} in declaredDrills when another stack drills it.`,
        );
        continue;
      }
      const alarms = alarmsOn(repository);
      if (alarms.length === 0) {
        verdict.violation(entry, `${label} has a restore drill, and no alarm on the age of the last one that passed.`);
      }
      for (const { alarm, problem } of silentAlarms(alarms)) {
        if (problem === UNKNOWN) {
          verdict.unknown(alarm, `${alarm.label}: treatMissingData is not known yet; it is judged at the update.`);
        } else {
          verdict.violation(alarm, `${alarm.label} watches restore drills: ${problem}.`);
        }
      }
    }
  },
};
