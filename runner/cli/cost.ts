import { Command, InvalidArgumentError, Option } from "commander";
import * as z from "zod";
import { Tier } from "../contract";
import { type CostEstimate, estimateMonthlyCost } from "../cost/estimate";
import type { CostDrill, CostTier } from "../cost/input";
import { COST_PRESETS } from "../cost/presets";
import { FALLBACK_REGION, STORAGE_CLASSES } from "../cost/prices";
import { StageError } from "../errors";
import type { CliContext } from "./context";
import { json, table } from "./format";

interface CostOptions {
  sizeGib: number;
  databases: number;
  preset: keyof typeof COST_PRESETS;
  tiers?: CostTier[];
  scheduleHours?: number;
  region: string;
  replicaRegion: string;
  cpu?: number;
  memoryMib?: number;
  arch: "ARM64" | "X86_64";
  gibPerHour?: number;
  rtc?: boolean;
  drillDays?: number;
  drillInReplicaRegion?: boolean;
  json?: boolean;
}

const TIERS = z
  .array(
    z.strictObject({
      tier: z.enum(Tier),
      name: z.string().optional(),
      expireDays: z.number(),
      // Nothing here goes by it; accepted, so that the tiers of a stack can be given as they are.
      lockDays: z.number().optional(),
      transitions: z.array(z.strictObject({ storageClass: z.enum(STORAGE_CLASSES), days: z.number() })).optional(),
    }),
  )
  .min(1);

const TIERS_EXAMPLE = '[{"tier":"daily","expireDays":35},{"tier":"monthly","expireDays":400}]';

function parseTiers(text: string): CostTier[] {
  try {
    return TIERS.parse(JSON.parse(text)).map(({ tier, name, expireDays, transitions }) => ({
      name: name ?? tier,
      tier,
      expireDays,
      transitions,
    }));
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? error.issues.map((issue) => `${issue.path.join(".") || "tiers"}: ${issue.message}`).join("; ")
        : "no JSON";
    throw new InvalidArgumentError(`expected an array like ${TIERS_EXAMPLE} (${why}).`);
  }
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("expected a number.");
  return value;
}

function usd(value: number): string {
  return value.toFixed(2);
}

/** A quantity with as many digits as say something: `3000`, `41.7`, `0.00386`. */
function quantityText(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** The estimate as a table, its sum, and below it what is kept and what to know. */
export function costText(estimate: CostEstimate): string {
  const rows = estimate.lines.map(({ item, quantity, unit, usdPerUnit, usdPerMonth }) => [
    item,
    quantityText(quantity),
    unit,
    String(usdPerUnit),
    usd(usdPerMonth),
  ]);
  rows.push(["total", "", "", "", usd(estimate.usdPerMonth)]);
  const points = estimate.points.map(({ tier, points }) => `${quantityText(points)} ${tier}`).join(", ");
  return [
    table(["Item", "Quantity", "Unit", "USD per unit", "USD per month"], rows),
    `recovery points kept: ${points}`,
    ...estimate.notes,
  ].join("\n");
}

/** Size of a drill's task where nothing else is said, as the components provision it. */
const DRILL_TASK = { cpu: 2048, memoryMiB: 4096, restores: 1 };
/** Disk of a drill's task: the least, and Fargate's most. A restored database is larger than its dump. */
const SCRATCH_GIB = { least: 50, most: 200, perDumpGiB: 4 };

function drillOf({ drillDays, drillInReplicaRegion = false, sizeGib }: CostOptions): CostDrill | undefined {
  if (drillDays === undefined) {
    if (!drillInReplicaRegion) return undefined;
    throw new StageError("cost", "usage", "--drill-in-replica-region is given without --drill-days; give both");
  }
  const { least, most, perDumpGiB } = SCRATCH_GIB;
  const scratchGiB = Math.min(most, Math.max(least, Math.ceil(perDumpGiB * sizeGib)));
  return { ...DRILL_TASK, scratchGiB, intervalMinutes: drillDays * 1440, isInReplicaRegion: drillInReplicaRegion };
}

/** `backup321 cost` */
export function costCommand(context: CliContext): Command {
  return new Command("cost")
    .summary("estimate the monthly cost; calls nothing")
    .description("estimate the monthly cost of a layout from list prices; calls nothing")
    .requiredOption("--size-gib <n>", "size of one dump as stored, after compression", parseNumber)
    .option("--databases <n>", "databases of that size", parseNumber, 1)
    .addOption(
      new Option("--preset <name>", "schedule, tiers and task size of a preset")
        .choices(Object.keys(COST_PRESETS))
        .default("standard"),
    )
    .option("--tiers <json>", "tiers in place of the preset's, in the shape of the components' arguments", parseTiers)
    .option("--schedule-hours <n>", "hours between two runs (default: of the preset)", parseNumber)
    .option("--region <region>", "region of the primary", FALLBACK_REGION)
    .option("--replica-region <region>", "region of the replica", "eu-west-1")
    .option("--cpu <units>", "Fargate CPU units of a task (default: of the preset)", parseNumber)
    .option("--memory-mib <n>", "memory of a task (default: of the preset)", parseNumber)
    .addOption(new Option("--arch <name>", "CPU architecture of a task").choices(["ARM64", "X86_64"]).default("ARM64"))
    .option("--gib-per-hour <n>", "stored GiB a task dumps in an hour (default: 25 per vCPU, up to two)", parseNumber)
    .option("--drill-days <n>", "days between two restore drills of each database (default: no drills)", parseNumber)
    .option("--drill-in-replica-region", "with drills beside the replica, to which nothing is transferred")
    .option("--rtc", "with S3 Replication Time Control")
    .option("--json", "print JSON instead of a table")
    .addHelpText(
      "after",
      `
Columns: what is paid for; how much of it in a month, once every tier is full; its unit; list price; cost. docs/cost.md says
where the prices are from and what is left out.

Examples:
  backup321 cost --size-gib 100
  backup321 cost --size-gib 20 --databases 40 --preset critical --region us-east-1 --replica-region eu-west-1
  backup321 cost --size-gib 100 --schedule-hours 24 --tiers '${TIERS_EXAMPLE}' --json`,
    )
    .action((options: CostOptions) => {
      const preset = COST_PRESETS[options.preset];
      if (options.region === options.replicaRegion) {
        const problem = `--replica-region must differ from --region, got "${options.region}" for both`;
        throw new StageError("cost", "usage", problem);
      }
      const estimate = estimateMonthlyCost({
        primaryRegion: options.region,
        replicaRegion: options.replicaRegion,
        tiers: options.tiers ?? preset.tiers,
        workloads: [
          {
            databases: options.databases,
            dumpGiB: options.sizeGib,
            intervalMinutes: options.scheduleHours === undefined ? preset.intervalMinutes : options.scheduleHours * 60,
          },
        ],
        cpu: options.cpu ?? preset.cpu,
        memoryMiB: options.memoryMib ?? preset.memoryMiB,
        cpuArchitecture: options.arch,
        replicationTimeControl: options.rtc,
        taskGiBPerHour: options.gibPerHour,
        drill: drillOf(options),
      });
      context.out(options.json ? json(estimate) : costText(estimate));
    });
}
