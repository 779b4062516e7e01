import { type Env, EnvReader, type RepositoryConfig } from "../config";
import { ENV } from "../contract";
import { DRILL_ENV, type DrillAssertion } from "../drillContract";
import { parseAssertions } from "./assertions";

/** What a drill reads out of its environment, beside the side that it restores from. */
export interface DrillConfig {
  rtoSeconds: number | null;
  assertions: DrillAssertion[];
  rehearseNextMajor: boolean;
  /** Port of the newer server beside the task. */
  nextMajorPort: number | undefined;
  workers: number;
  /** Where records go. */
  records: RepositoryConfig | undefined;
  identityFile: string | undefined;
  /** Text of an identity file. */
  identity: string | undefined;
}

/** What is not in the environment. */
export interface DrillConfigOptions {
  isRecorded: boolean;
  defaultWorkers: number;
  /** Whether the server is beside the task. */
  isBeside: boolean;
}

/**
 * Reads the configuration of `drill`.
 * @throws StageError `usage` with every missing or bad variable
 */
export function drillConfig(env: Env, options: DrillConfigOptions): DrillConfig {
  const reader = new EnvReader(env);
  const rtoMinutes = reader.optionalInteger(DRILL_ENV.rtoMinutes, { min: 1, max: 527_040 });
  const text = reader.optional(DRILL_ENV.assertions);
  const { assertions, problems } = text === undefined ? { assertions: [], problems: [] } : parseAssertions(text);
  reader.problems.push(...problems.map((problem) => `${DRILL_ENV.assertions} ${problem}`));
  const rehearseNextMajor = reader.flag(DRILL_ENV.rehearseNextMajor);
  const nextMajorPort = reader.optionalInteger(DRILL_ENV.nextMajorPort, { min: 1, max: 65535 });
  if (rehearseNextMajor && options.isBeside && nextMajorPort === undefined) {
    reader.problems.push(
      `${DRILL_ENV.nextMajorPort} is missing; set it to the port of the newer server beside the task, or leave ${DRILL_ENV.rehearseNextMajor} out`,
    );
  }
  const workers = reader.integer(ENV.workers, { min: 1, max: 16, default: options.defaultWorkers });
  const records = options.isRecorded ? recordsConfig(reader) : undefined;
  const identityFile = reader.optional(ENV.ageIdentityFile);
  const identity = reader.optional(DRILL_ENV.ageIdentity);
  if (identityFile !== undefined && identity !== undefined) {
    reader.problems.push(`${ENV.ageIdentityFile} and ${DRILL_ENV.ageIdentity} are both set; unset one of them`);
  }
  reader.finish("drill");
  return {
    rtoSeconds: rtoMinutes === undefined ? null : rtoMinutes * 60,
    assertions,
    rehearseNextMajor,
    nextMajorPort,
    workers,
    records,
    identityFile,
    identity,
  };
}

function recordsConfig(reader: EnvReader): RepositoryConfig {
  const bucket =
    reader.optional(DRILL_ENV.recordBucket) ??
    reader.required(
      ENV.bucket,
      `the bucket that the record goes to (or set ${DRILL_ENV.recordBucket}, or give --no-record)`,
    );
  const region =
    reader.optional(DRILL_ENV.recordRegion) ??
    reader.optional(ENV.region) ??
    reader.required("AWS_REGION", `the region of that bucket (or set ${DRILL_ENV.recordRegion})`);
  return { bucket, region };
}
