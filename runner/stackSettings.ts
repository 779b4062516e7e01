import * as z from "zod";
import { type Env, EnvReader } from "./config";
import { ENV, isDatabaseName, isTierName, ObjectLockMode, Tier } from "./contract";

const text = z.string().min(1);
const arn = z.string().regex(/^arn:/, "is no ARN");
const minutes = z.number().int().positive();
const days = z.number().int().nonnegative();
const tier = z.looseObject({
  name: z.string().refine(isTierName, "is no tier's name"),
  tier: z.enum(Tier),
  expireDays: days,
});

/**
 * What the command line may be told about a stack, in a configuration file or by the stack's own outputs, whose names these are.
 * No secret is among it.
 */
const FIELDS = {
  /** Name of the DatabaseBackup, a dimension of its metrics. */
  repositoryName: text,
  primaryBucketName: text,
  primaryRegion: text,
  replicaBucketName: text,
  replicaRegion: text,
  databases: z.array(z.string().refine(isDatabaseName, "is no database's name in a repository")),
  rpoMinutes: minutes,
  timeoutMinutes: minutes,
  tiers: z.array(tier.extend({ lockDays: days })),
  objectLockMode: z.enum(ObjectLockMode),
  /** Path of a file of private keys; never the keys. */
  ageIdentityFile: text,
  stateMachineArn: arn,
  starterArn: arn,
  scheduleNames: z.array(text),
  scheduleGroupName: text,
  dumpTaskDefinitionArns: z.array(arn),
  verifyTaskDefinitionArns: z.array(arn),
  drillTaskDefinitionArns: z.array(arn),
  dumpRoleArns: z.array(arn),
  verifyRoleArns: z.array(arn),
  drillRoleArns: z.array(arn),
  restorerRoleArn: arn,
  replicaRestorerRoleArn: arn,
  primaryFreshnessFunctionName: text,
  replicaFreshnessFunctionName: text,
  primaryAlarmNames: z.array(text),
  replicaAlarmNames: z.array(text),
  primaryTopicArn: arn,
  replicaTopicArn: arn,
  dashboardName: text,
  objectives: z.array(z.looseObject({ database: text, rpoMinutes: minutes, tiers: z.array(tier) })),
} as const;

const strict = z.strictObject(FIELDS).partial();

/** What is known of a stack; everything may be absent. */
export type StackSettings = z.infer<typeof strict>;

/** Every key of a configuration file. */
export const STACK_KEYS = Object.keys(FIELDS) as readonly (keyof StackSettings)[];

/** Settings, or what is wrong with them: one sentence each, beginning with the key. */
export interface ParsedSettings {
  settings: StackSettings;
  problems: string[];
}

function sentences(error: z.ZodError, suggest: string): string[] {
  return error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => `${[...issue.path, key].join(".")} is no setting; ${suggest}`)
      : [`${issue.path.join(".") || "(top)"}: ${issue.message}`],
  );
}

/** Settings of a file. A key that means nothing is a problem: a misspelt one would be passed over in silence. */
export function settingsOfFile(value: unknown): ParsedSettings {
  const result = strict.safeParse(value);
  if (result.success) return { settings: withRegions(result.data), problems: [] };
  return { settings: {}, problems: sentences(result.error, `the settings are ${STACK_KEYS.join(", ")}`) };
}

/** Settings among the outputs of a DatabaseBackup; whatever else it tells is left alone. */
export function settingsOfOutputs(outputs: Readonly<Record<string, unknown>>): ParsedSettings {
  const known = Object.fromEntries(STACK_KEYS.filter((key) => key in outputs).map((key) => [key, outputs[key]]));
  const result = z.object(FIELDS).partial().safeParse(known);
  if (!result.success) return { settings: {}, problems: sentences(result.error, "") };
  return { settings: withRegions(result.data), problems: [] };
}

/** Region of an ARN; undefined of one without. */
export function regionOf(arn: string | undefined): string | undefined {
  return arn?.split(":")[3] || undefined;
}

/** Regions and databases that follow from the rest. */
function withRegions(given: StackSettings): StackSettings {
  const named = given.objectives?.map(({ database }) => database).filter((name) => name !== "*");
  const derived: StackSettings = {
    primaryRegion: regionOf(given.stateMachineArn) ?? regionOf(given.primaryTopicArn),
    replicaRegion: regionOf(given.replicaTopicArn),
    databases: named?.length ? named : undefined,
  };
  return { ...Object.fromEntries(Object.entries(derived).filter(([, value]) => value !== undefined)), ...given };
}

/** The one RPO of all databases; undefined where they have several. */
export function commonRpo({ rpoMinutes, objectives }: StackSettings): number | undefined {
  const all = new Set(objectives?.map((one) => one.rpoMinutes));
  return rpoMinutes ?? (all.size === 1 ? [...all][0] : undefined);
}

/** The RPO that is promised for a database, in minutes; undefined where the settings promise none. */
export function objectiveMinutes({ objectives }: StackSettings, name: string): number | undefined {
  const of = (wanted: string) => objectives?.find(({ database }) => database === wanted)?.rpoMinutes;
  return of(name) ?? of("*");
}

/**
 * Puts an environment over a stack's settings, under the names that the rest of the runner reads. A bucket and its region go together:
 * where the environment names another bucket, the stack's region is not its.
 */
export function environmentOver(env: Env, settings: StackSettings): Env {
  const reader = new EnvReader(env);
  const own = (name: string) => reader.optional(name);
  const { databases } = settings;
  const from: Record<string, string | undefined> = {
    [ENV.repository]: settings.repositoryName,
    [ENV.rpoMinutes]: commonRpo(settings)?.toString(),
    [ENV.timeoutMinutes]: settings.timeoutMinutes?.toString(),
    [ENV.tiers]: settings.tiers && JSON.stringify(settings.tiers),
    [ENV.lockMode]: settings.objectLockMode,
    [ENV.ageIdentityFile]: settings.ageIdentityFile,
  };
  const sides = [
    [ENV.bucket, settings.primaryBucketName, ENV.region, settings.primaryRegion],
    [ENV.replicaBucket, settings.replicaBucketName, ENV.replicaRegion, settings.replicaRegion],
  ] as const;
  for (const [bucketName, bucket, regionName, region] of sides) {
    from[bucketName] = bucket;
    if (own(bucketName) === undefined || own(bucketName) === bucket) from[regionName] = region;
  }
  if (own(ENV.databases) === undefined && own(ENV.database) === undefined && databases !== undefined) {
    from[ENV.databases] = databases.join(",");
    if (databases.length === 1) from[ENV.database] = databases[0];
  }
  const added = Object.entries(from).filter(([name, value]) => value !== undefined && own(name) === undefined);
  return { ...env, ...Object.fromEntries(added) };
}
