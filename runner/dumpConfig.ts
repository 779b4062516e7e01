import type { EnvReader } from "./config";
import { ENV } from "./contract";
import { DRILL_ENV } from "./drillContract";
import { DEFAULT_DUMP_OPTIONS, type DumpOptions } from "./dump/dumpContext";
import { parseRecipients } from "./stream/ageKeys";

/** `["public.log", ...]`, each `schema.table`. */
function tableNames(reader: EnvReader, name: string): string[] {
  const text = reader.optional(name);
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (Array.isArray(value) && value.every((one) => typeof one === "string" && /^[^.]+\../s.test(one))) {
    return [...new Set(value as string[])];
  }
  reader.problems.push(`${name} must be a JSON array of tables like ["public.log"], got ${text}`);
  return [];
}

/** How the database is dumped, out of the environment. Problems are the reader's. */
export function dumpOptions(reader: EnvReader): DumpOptions {
  const usual = DEFAULT_DUMP_OPTIONS;
  const options = {
    shape: reader.oneOf(ENV.shape, ["auto", "single", "parallel"], usual.shape),
    workers: reader.optionalInteger(ENV.workers, { min: 1, max: 16 }),
    compressionLevel: reader.integer(ENV.compressionLevel, { min: 1, max: 19, default: usual.compressionLevel }),
    rolePasswords: reader.flag(ENV.rolePasswords),
    excludeTableData: tableNames(reader, ENV.excludeTableData),
    allowStandby: reader.flag(ENV.allowStandby),
    maxReplayLagSeconds: reader.integer(ENV.maxReplayLagSeconds, {
      min: 1,
      max: 86_400,
      default: usual.maxReplayLagSeconds,
    }),
  };
  if (reader.optional(ENV.maxReplayLagSeconds) !== undefined && !options.allowStandby) {
    reader.problems.push(`${ENV.maxReplayLagSeconds} is set without ${ENV.allowStandby}=true; set both or neither`);
  }
  return options;
}

/** Public keys that objects are encrypted to; none where there are problems. */
export function ageRecipients(reader: EnvReader): string[] {
  const text = reader.optional(ENV.ageRecipients);
  if (text === undefined) return [];
  const { recipients, problems } = parseRecipients(text);
  reader.problems.push(...problems.map((problem) => `${ENV.ageRecipients}: ${problem}`));
  for (const name of [ENV.ageIdentityFile, DRILL_ENV.ageIdentity]) {
    if (reader.optional(name) === undefined) continue;
    reader.problems.push(
      `${name} is set: private keys must never be near a backup; unset it, and read the point elsewhere`,
    );
  }
  return recipients;
}
