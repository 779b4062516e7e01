/**
 * Where the doctor meets AWS. A bundle of its own, loaded by `backup321 doctor` alone: a dozen clients would cost every dump 6 MiB of
 * memory. Hands over plain data, since the classes of two bundles are not the same.
 */
import { attack } from "../doctor/attack";
import type { CheckResult, DoctorContext } from "../doctor/check";
import { awsClients } from "../doctor/clients";
import { examination } from "../doctor/examination";
import type { Env } from "../config";
import { createS3Client } from "../repository/s3Client";

/** What is to be done. */
export interface DoctorRequest extends Omit<DoctorContext, "clients"> {
  env: Env;
  /** Whether roles are assumed and tried as well. */
  isAttack: boolean;
  random: (length: number) => string;
}

/** Examines a set-up, and tries its roles where that is asked for. */
export async function doctorRun(request: DoctorRequest): Promise<CheckResult[]> {
  const { env, isAttack, ...context } = request;
  const clients = awsClients(env);
  const examined = await examination({ ...context, clients });
  if (!isAttack) return examined;
  const s3As = (region: string, credentials: NonNullable<Parameters<typeof createS3Client>[0]["credentials"]>) =>
    createS3Client({ region, credentials }, env);
  return [...examined, ...(await attack({ ...context, clients, s3As }))];
}
