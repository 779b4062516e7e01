import type { SideCheck } from "../freshnessCheck";

/** One number of a gauge. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** A gauge and its numbers, named as Prometheus names: base units, snake case. Public: dashboards and rules depend on the names. */
export interface Gauge {
  name: string;
  help: string;
  /** In the manner of UCUM, as OpenTelemetry has it. */
  unit: "1" | "s" | "By";
  samples: Sample[];
}

const SECONDS = 60;

/**
 * Gauges of what checks found. Times instead of ages: an age that nobody updates would stay young for ever, so a rule reads
 * `time() - backup321_recovery_point_timestamp_seconds`. A database without a point has no such time: there is no honest number.
 *
 * @param repository a label; its name, or its bucket
 */
export function gaugesOf(checks: readonly SideCheck[], repository: string, now: Date): Gauge[] {
  const nowSeconds = now.getTime() / 1_000;
  const gauge = (name: string, unit: Gauge["unit"], help: string): Gauge => ({
    name: `backup321_${name}`,
    help,
    unit,
    samples: [],
  });
  const healthy = gauge("healthy", "1", "1 when nothing is wrong with the database on this side, else 0");
  const problems = gauge("problems", "1", "Problems of the database on this side, by code");
  const point = gauge("recovery_point_timestamp_seconds", "s", "When the newest complete recovery point was taken");
  const stored = gauge("recovery_point_stored_bytes", "By", "Bytes stored by the newest complete recovery point");
  const verified = gauge("verification_timestamp_seconds", "s", "When the newest verification ended");
  const drilled = gauge("drill_passed_timestamp_seconds", "s", "When the last drill that passed began");
  const doctorHealthy = gauge(
    "doctor_healthy",
    "1",
    "1 when the doctor's last run found nothing and is not too old, else 0",
  );
  const doctorRan = gauge("doctor_timestamp_seconds", "s", "When the doctor's last run began");
  const judged = gauge("judged_databases", "1", "Databases that could be judged on this side");
  const failed = gauge("not_judged_databases", "1", "Databases that could not be judged on this side");
  const checked = gauge("check_timestamp_seconds", "s", "When this side was judged");
  for (const { side, judgements, failures, doctor } of checks) {
    const sideLabels = { repository, side };
    const timeOf = (labels: Sample["labels"], ageMinutes: number | null | undefined): Sample[] =>
      ageMinutes == null ? [] : [{ labels, value: Math.floor(nowSeconds - ageMinutes * SECONDS) }];
    if (doctor) doctorHealthy.samples.push({ labels: sideLabels, value: doctor.healthy ? 1 : 0 });
    doctorRan.samples.push(...timeOf(sideLabels, doctor?.ageMinutes));
    judged.samples.push({ labels: sideLabels, value: judgements.length });
    failed.samples.push({ labels: sideLabels, value: failures.length });
    checked.samples.push({ labels: sideLabels, value: Math.floor(nowSeconds) });
    for (const judgement of judgements) {
      const labels = { repository, database: judgement.database, side };
      const bytes = judgement.recoveryPoint?.storedBytes;
      healthy.samples.push({ labels, value: judgement.healthy ? 1 : 0 });
      point.samples.push(...timeOf(labels, judgement.ageMinutes));
      if (bytes != null) stored.samples.push({ labels, value: bytes });
      verified.samples.push(...timeOf(labels, judgement.verification?.ageMinutes));
      drilled.samples.push(...timeOf(labels, judgement.drill?.passedAgeMinutes));
      const codes = judgement.problems.map(({ code }) => code);
      for (const code of new Set(codes)) {
        problems.samples.push({ labels: { ...labels, code }, value: codes.filter((other) => other === code).length });
      }
    }
  }
  return [healthy, problems, point, stored, verified, drilled, doctorHealthy, doctorRan, judged, failed, checked];
}
