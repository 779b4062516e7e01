import { OUR_COMPONENTS } from "./backupWorkloads";
import { alarmsOf, type StackAlarm } from "./alarms";
import { groupedBy } from "./grouping";
import { isA } from "./resourceTypes";
import type { Stack, StackResource } from "./stack";
import { at, UNKNOWN, type Unknown } from "./unknowns";

/** A backup made with this library: a DatabaseBackup, or the first BackupRunner of a repository that has none. */
export interface BackupComponent {
  entry: StackResource;
  /** The name by which its metrics and records are called. */
  repository: string | Unknown;
  replicaRegion: string | Unknown | undefined;
  /** `pulumi-backup321 DatabaseBackup "shop"`. */
  label: string;
}

/**
 * Metrics of this library, by what an alarm on them tells. Public names: users' dashboards depend on them, and a test
 * holds them to what the runner publishes.
 */
export const BACKUP_METRICS = {
  freshness: ["Healthy", "UnhealthyDatabases", "RecoveryPointAgeMinutes", "OldestRecoveryPointAgeMinutes"],
  drills: ["DrillAgeMinutes", "OldestDrillAgeMinutes"],
} as const;

/** The rule that asks must read the inputs of `databaseBackup` and `backupRunner`: a component's outputs do not repeat them. */
export function backupComponentsOf(stack: Stack): BackupComponent[] {
  const whole = stack.ofConcept("databaseBackup");
  const alone = stack
    .ofConcept("backupRunner")
    .filter((runner) => !stack.ancestorsOf(runner).some(({ type }) => isA("databaseBackup", type)));
  const known = new Set<unknown>();
  return [...whole, ...alone].flatMap((entry) => {
    const repository = repositoryOf(entry);
    if (known.has(repository)) return [];
    known.add(repository);
    const replicaRegion = textAt(entry.inputs, "replicaRegion");
    const label = `pulumi-backup321 ${entry.type.slice(OUR_COMPONENTS.length)} "${entry.name}"`;
    return [{ entry, repository, replicaRegion, label }];
  });
}

/** What a component calls its repository: its argument, else its own name. */
export function repositoryOf({ inputs, name }: StackResource): string | Unknown {
  return textAt(inputs, "repositoryName") ?? name;
}

/** Alarms on some of this library's metrics, by the repository that they watch. */
export function alarmsByRepository(
  stack: Stack,
  metrics: readonly string[],
): (repository: string | Unknown) => readonly StackAlarm[] {
  const alarms = alarmsOf(stack).filter(({ metricName }) => metrics.includes(metricName as string));
  const byRepository = groupedBy(alarms, ({ dimensions }) => [dimensions.get("Repository")]);
  return (repository) => (repository === UNKNOWN ? alarms : (byRepository.get(repository) ?? []));
}

function textAt(inputs: object, argument: string): string | Unknown | undefined {
  const value = at(inputs, argument);
  return typeof value === "string" || value === UNKNOWN ? value : undefined;
}
