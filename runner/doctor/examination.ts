import { alarms, topics } from "./alarms";
import { bucketLifecycle } from "./bucketLifecycle";
import { bucketPolicies } from "./bucketPolicies";
import { buckets } from "./buckets";
import type { CheckResult, DoctorCheck, DoctorContext } from "./check";
import { functions } from "./functions";
import { keys } from "./keys";
import { machines, schedules } from "./orchestration";
import { replication } from "./replication";
import { roles } from "./roles";
import { tasks } from "./tasks";

/** Every area; a new one is one file and one line. */
export const CHECKS: readonly DoctorCheck[] = [
  buckets,
  bucketPolicies,
  bucketLifecycle,
  replication,
  keys,
  schedules,
  machines,
  tasks,
  roles,
  functions,
  alarms,
  topics,
];

/** Looks at every area, changes nothing. A failure of one area is told as not checked, and the others go on. */
export async function examination(context: DoctorContext): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of CHECKS) {
    if (context.signal.aborted) break;
    results.push(...(await check.run(context)));
  }
  return results;
}
