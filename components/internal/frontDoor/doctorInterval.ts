import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import { DEFAULTS } from "../defaults";

/** Days between two records of the doctor that freshness waits for; undefined where they are not judged. */
export function doctorIntervalDaysOf({
  doctor,
  doctorIntervalDays,
}: Pick<DatabaseBackupArgs, "doctor" | "doctorIntervalDays">): number | undefined {
  return doctorIntervalDays ?? (doctor === false ? undefined : DEFAULTS.doctorIntervalDays);
}
