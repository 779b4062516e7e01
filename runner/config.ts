import { ENV, isDatabaseName, ObjectLockMode, type TierPolicy } from "./contract";
import type { DumpOptions } from "./dump/dumpContext";
import { ageRecipients, dumpOptions } from "./dumpConfig";
import { problemsError } from "./errors";
import { parseTierPolicies } from "./tierPolicies";

/** Environment variables, or any record shaped like them. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads typed values out of an environment and collects every problem, so that one error names them all.
 * Values are named in messages only where they can't be secret.
 */
export class EnvReader {
  readonly problems: string[] = [];
  constructor(private readonly env: Env) {}

  optional(name: string): string | undefined {
    const value = this.env[name];
    return value === undefined || value === "" ? undefined : value;
  }

  required(name: string, meaning: string): string {
    const value = this.optional(name);
    if (value === undefined) this.problems.push(`${name} is missing; set it to ${meaning}`);
    return value ?? "";
  }

  integer(name: string, range: { min: number; max: number; default: number }): number {
    const text = this.optional(name);
    if (text === undefined) return range.default;
    const value = Number(text);
    if (!Number.isInteger(value) || value < range.min || value > range.max) {
      this.problems.push(`${name} must be a whole number from ${range.min} to ${range.max}, got "${text}"`);
    }
    return value;
  }

  /** Undefined where it is not set. */
  optionalInteger(name: string, range: { min: number; max: number }): number | undefined {
    return this.optional(name) === undefined ? undefined : this.integer(name, { ...range, default: range.min });
  }

  /** `true` or `false`; false where it is not set. */
  flag(name: string): boolean {
    return this.oneOf(name, ["true", "false"], "false") === "true";
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T | undefined): T {
    const text = this.optional(name) ?? fallback;
    const found = allowed.find((a) => a === text);
    if (found === undefined) this.problems.push(`${name} must be one of ${allowed.join(", ")}, got "${text ?? ""}"`);
    return found ?? allowed[0]!;
  }

  databaseName(name: string): string {
    const value = this.required(name, "the database's name in the repository");
    if (value !== "" && !isDatabaseName(value)) {
      this.problems.push(`${name} must be 1 to 63 characters of a-z, 0-9 and inner hyphens, got "${value}"`);
    }
    return value;
  }

  /** The repository's tiers; none where there are problems. */
  tierPolicies(name: string): TierPolicy[] {
    const text = this.required(name, 'JSON like [{"name":"daily","tier":"daily","lockDays":35,"expireDays":35}]');
    if (text === "") return [];
    const { policies, problems } = parseTierPolicies(text);
    this.problems.push(...problems.map((problem) => `${name}${problem.startsWith("[") ? "" : " "}${problem}`));
    return policies;
  }

  /** @throws StageError `usage` naming every problem found so far */
  finish(stage: string): void {
    if (this.problems.length > 0) throw problemsError(stage, "usage", this.problems);
  }
}

/** Where recovery points are written or read. */
export interface RepositoryConfig {
  bucket: string;
  region: string;
}

/** Bucket and region of the repository side this process uses. */
export function repositoryConfig(reader: EnvReader): RepositoryConfig {
  const bucket = reader.required(ENV.bucket, "the bucket of the repository");
  const region =
    reader.optional(ENV.region) ??
    reader.optional("AWS_REGION") ??
    reader.required("AWS_REGION", `the bucket's region (or set ${ENV.region})`);
  reader.flag(ENV.s3PathStyle); // read where the client is made; a bad value is told with all the others
  return { bucket, region };
}

/** Everything `backup` needs besides the database's connection. */
export interface BackupConfig {
  database: string;
  repository: RepositoryConfig;
  replica: RepositoryConfig | undefined;
  tier: TierPolicy;
  lockMode: ObjectLockMode;
  bufferBudgetMiB: number;
  /** Cap of the upload, over all objects; undefined: none. */
  maxMiBPerSecond: number | undefined;
  /** Public keys of age; empty: objects are not encrypted by the client. */
  ageRecipients: readonly string[];
  dump: DumpOptions;
}

/**
 * Reads the configuration of `backup`.
 * @throws StageError `usage` with every missing or bad variable
 */
export function backupConfig(env: Env): BackupConfig {
  const reader = new EnvReader(env);
  const database = reader.databaseName(ENV.database);
  const repository = repositoryConfig(reader);
  const tiers = reader.tierPolicies(ENV.tiers);
  const tierName = reader.optional(ENV.tier) ?? tiers[0]?.name;
  const tier = tiers.find((t) => t.name === tierName);
  if (!tier && tiers.length > 0) {
    reader.problems.push(
      `${ENV.tier} is ${tierName}, which ${ENV.tiers} does not hold (it has ${tiers.map((t) => t.name).join(", ")})`,
    );
  }
  const lockMode = reader.oneOf(ENV.lockMode, [ObjectLockMode.Governance, ObjectLockMode.Compliance], undefined);
  const bufferBudgetMiB = reader.integer(ENV.bufferBudgetMiB, { min: 16, max: 16384, default: 256 });
  const replicaBucket = reader.optional(ENV.replicaBucket);
  const replicaRegion = reader.optional(ENV.replicaRegion);
  if ((replicaBucket === undefined) !== (replicaRegion === undefined)) {
    reader.problems.push(`${ENV.replicaBucket} and ${ENV.replicaRegion} go together; set both or neither`);
  }
  const maxMiBPerSecond = reader.optionalInteger(ENV.maxMiBPerSecond, { min: 1, max: 10_000 });
  const recipients = ageRecipients(reader);
  const dump = dumpOptions(reader);
  reader.finish("configuration");
  return {
    database,
    repository,
    replica: replicaBucket && replicaRegion ? { bucket: replicaBucket, region: replicaRegion } : undefined,
    tier: tier!,
    lockMode,
    bufferBudgetMiB,
    maxMiBPerSecond,
    ageRecipients: recipients,
    dump,
  };
}
