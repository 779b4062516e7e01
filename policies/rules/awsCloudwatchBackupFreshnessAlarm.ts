import { alarmsOf, silentAlarms } from "../alarms";
import { alarmsByRepository, BACKUP_METRICS, backupComponentsOf } from "../backupComponents";
import { schedulesOf } from "../backupSchedules";
import { backupWorkloadsOf } from "../backupWorkloads";
import { iso27001, type StackRule, type Verdict } from "../definition";
import type { Stack } from "../stack";
import { UNKNOWN } from "../unknowns";

const SAYS_BACKUP = /backup|recovery.?point|fresh|dump|heartbeat|dead.?man/i;
const FIX = 'add a metric alarm on the age of the newest backup with treatMissingData "breaching" and alarmActions';

/**
 * Refuses backups whose silence nobody hears: without an alarm on how old the newest backup is, one that also goes off
 * when no data comes.
 *
 * Severity high. A backup made with this library's components needs an alarm for each of its databases on the metrics of
 * the freshness check (the replica's are another rule's), in the stack or in the component. Any other is judged where a
 * schedule of the stack starts something that writes into a backup bucket of the stack: one alarm of the stack that says
 * in its name, its description or its metric that it is about backups is enough, since no one can know how yours are
 * measured. Alarms without actions count when they are part of a composite alarm; actions that are not known yet are
 * about to be created. A treatMissingData that is not known is noted and judged at the update.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data
 */
export const awsCloudwatchBackupFreshnessAlarm: StackRule = {
  name: "aws-cloudwatch-backup-freshness-alarm",
  displayName: "Backups that stop are noticed",
  description:
    "Every backup must have an alarm on its freshness that treats missing data as breaching and tells somebody.",
  severity: "high",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2", "SOC2-CC7.2"],
  remediationSteps:
    'Publish the age of the newest backup from something that does not share a failure with what writes it, and add an aws.cloudwatch.MetricAlarm on it with treatMissingData "breaching" and alarmActions. A FreshnessCheck of this library does both.',
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data",
  judges: ["metricAlarm", "compositeAlarm", "databaseBackup", "backupRunner"],
  readsInputsOf: ["metricAlarm", "databaseBackup", "backupRunner", "schedule", "eventRule"],
  judgeStack: (stack, verdict) => {
    judgeComponents(stack, verdict);
    judgeOthers(stack, verdict);
  },
};

function judgeComponents(stack: Stack, verdict: Verdict): void {
  const alarmsOn = alarmsByRepository(stack, BACKUP_METRICS.freshness);
  for (const { entry, label, repository } of backupComponentsOf(stack)) {
    const alarms = alarmsOn(repository).filter(({ dimensions }) => dimensions.get("Side") !== "replica");
    if (alarms.length === 0) {
      verdict.violation(entry, `${label} has no alarm on its freshness; add a FreshnessCheck for its primary bucket.`);
    }
    for (const { alarm, problem } of silentAlarms(alarms)) {
      if (problem === UNKNOWN) {
        verdict.unknown(alarm, `${alarm.label}: treatMissingData is not known yet; it is judged at the update.`);
      } else {
        verdict.violation(alarm, `${alarm.label} watches the freshness of backups: ${problem}.`);
      }
    }
  }
}

function judgeOthers(stack: Stack, verdict: Verdict): void {
  const workloads = backupWorkloadsOf(stack);
  const scheduled = schedulesOf(stack).filter(({ entry }) => !workloads.isOurs(entry));
  const written = workloads.writtenBy(...scheduled.flatMap(({ targets }) => targets));
  const problems = alarmsOf(stack)
    .filter(({ text }) => SAYS_BACKUP.test(text))
    .map(({ silenceProblem }) => silenceProblem);
  if (problems.includes(undefined)) return;
  for (const [bucket, isCertain] of written) {
    if (problems.includes(UNKNOWN) || !isCertain) {
      verdict.unknown(
        bucket,
        `${bucket.label}: whether backups are written to it, and an alarm watches them, is not known yet; it is judged at the update.`,
      );
    } else {
      verdict.violation(
        bucket,
        `${bucket.label} gets backups on a schedule, and no alarm goes off when they stop; ${FIX}.`,
      );
    }
  }
}
