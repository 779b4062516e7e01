import { readFileSync } from "node:fs";
import path from "node:path";
import { EXIT } from "../../runner/contract";
import { runCli } from "../../runner/cli/program";
import type { CostEstimate } from "../../runner/cost/estimate";

async function run(...args: string[]) {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await runCli(["cost", ...args], {
    env: {},
    signal: new AbortController().signal,
    clock: () => new Date("2026-11-20T03:00:00Z"),
    out: (text) => void out.push(text),
    note: (text) => void notes.push(text),
    isInteractive: false,
  });
  return { code, out: out.join("\n"), notes: notes.join("\n") };
}

async function estimateOf(...args: string[]): Promise<CostEstimate> {
  const { code, out } = await run(...args, "--json");
  expect(code).toBe(EXIT.ok);
  return JSON.parse(out) as CostEstimate;
}

const quantity = (estimate: CostEstimate, item: string): number =>
  estimate.lines.find((line) => line.item === item)!.quantity;

describe("backup321 cost", () => {
  it("prints a line for each item, the sum, the points and what to know", async () => {
    const { out } = await run("--size-gib", "100", "--tiers", '[{"tier":"daily","expireDays":35,"lockDays":35}]');
    const rows = out.split("\n").map((text) => text.split("│").map((cell) => cell.trim()));
    const storage = rows.find((cells) => cells[1] === "primary storage: STANDARD")!;
    // 65 days of 100 GiB, at Frankfurt's price.
    expect(storage.slice(1, -1)).toEqual(["primary storage: STANDARD", "6500", "GiB-month", "0.0245", "159.25"]);
    const estimate = await estimateOf("--size-gib", "100", "--tiers", '[{"tier":"daily","expireDays":35}]');
    const total = rows.find((cells) => cells[1] === "total")!;
    expect(total.slice(1, -1)).toEqual(["total", "", "", "", estimate.usdPerMonth.toFixed(2)]);
    expect(out.split("\n").slice(-3)).toEqual(["recovery points kept: 35 daily", ...estimate.notes]);
  });

  it("takes schedule, tiers and task from the preset, unless they are given", async () => {
    const standard = await estimateOf("--size-gib", "10");
    expect(standard.points.map(({ tier }) => tier)).toEqual(["daily", "weekly", "monthly"]);
    const critical = await estimateOf("--size-gib", "10", "--preset", "critical");
    expect(critical.points.map(({ tier }) => tier)).toEqual(["hourly", "daily", "weekly", "monthly"]);
    const given = await estimateOf(
      ...[
        "--size-gib",
        "10",
        "--preset",
        "critical",
        "--schedule-hours",
        "24",
        "--cpu",
        "1024",
        "--memory-mib",
        "2048",
      ],
      ...["--tiers", '[{"tier":"daily","name":"short","expireDays":7}]'],
    );
    expect(given.points).toEqual([{ tier: "short", points: 7 }]);
    expect(quantity(given, "fargate vCPU")).toBeCloseTo((365 / 12) * 2 * (1 / 60 + 10 / 25), 9);
  });

  it("understands every other option", async () => {
    const estimate = await estimateOf(
      ...["--size-gib", "0.5", "--databases", "4", "--region", "us-east-1", "--replica-region", "eu-central-1"],
      ...["--arch", "X86_64", "--rtc", "--gib-per-hour", "60"],
    );
    const price = (item: string) => estimate.lines.find((line) => line.item === item)!.usdPerUnit;
    expect(price("primary storage: STANDARD")).toBe(0.023);
    expect(price("replica storage: STANDARD")).toBe(0.0245);
    expect(price("fargate vCPU")).toBe(0.04048);
    expect(quantity(estimate, "replication time control")).toBeCloseTo((365 / 12) * 4 * 0.5, 9);
    expect(quantity(estimate, "fargate vCPU")).toBeCloseTo((365 / 12) * 4 * 2 * (1 / 60 + 0.5 / 60), 9);
  });

  it("adds drills where it is told how often, beside the replica or not", async () => {
    const restored = (estimate: CostEstimate) =>
      estimate.lines.filter(({ item }) => item.startsWith("drills: ")).map(({ item }) => item.slice(8));
    const weekly = await estimateOf("--size-gib", "20", "--drill-days", "7");
    expect(quantity(weekly, "drills: transfer from the replica")).toBeCloseTo((365 / 12 / 7) * 20, 9);
    // 80 GiB of disk for a dump of 20, of which 20 cost nothing.
    expect(quantity(weekly, "drills: disk")).toBeCloseTo(quantity(weekly, "drills: memory") * (60 / 4), 9);
    const there = await estimateOf("--size-gib", "20", "--drill-days", "7", "--drill-in-replica-region");
    expect(restored(there)).toEqual(restored(weekly).filter((item) => item !== "transfer from the replica"));
    expect(restored(await estimateOf("--size-gib", "20"))).toEqual([]);
  });

  it("gives the figures that docs/cost.md shows", async () => {
    const page = readFileSync(path.join(__dirname, "../../docs/cost.md"), "utf8");
    const shown = [...page.matchAll(/^\| +(\d+) GiB \| +([\d.]+) \| +([\d.]+) \| +([\d.]+) \|$/gm)].map((m) =>
      m.slice(1),
    );
    const estimated = await Promise.all(
      ["1", "10", "100", "1000"].map(async (size) => [
        size,
        ...(await Promise.all(
          ["development", "standard", "critical"].map(async (preset) =>
            (await estimateOf("--size-gib", size, "--preset", preset)).usdPerMonth.toFixed(2),
          ),
        )),
      ]),
    );
    expect(shown).toEqual(estimated);
  });

  it.each<[string, string[], string]>([
    ["the size is missing", [], "error: required option '--size-gib <n>' not specified"],
    [
      "a number is none",
      ["--size-gib", "big"],
      "error: option '--size-gib <n>' argument 'big' is invalid. expected a number.",
    ],
    [
      "a number is empty",
      ["--size-gib", ""],
      "error: option '--size-gib <n>' argument '' is invalid. expected a number.",
    ],
    [
      "the preset is unknown",
      ["--size-gib", "1", "--preset", "gold"],
      "error: option '--preset <name>' argument 'gold' is invalid. Allowed choices are critical, standard, development.",
    ],
    [
      "the tiers are no JSON",
      ["--size-gib", "1", "--tiers", "daily"],
      'error: option \'--tiers <json>\' argument \'daily\' is invalid. expected an array like [{"tier":"daily","expireDays":35},{"tier":"monthly","expireDays":400}] (no JSON).',
    ],
    [
      "a tier has a setting that is none",
      ["--size-gib", "1", "--tiers", '[{"tier":"daily","keep":3}]'],
      'error: option \'--tiers <json>\' argument \'[{"tier":"daily","keep":3}]\' is invalid. expected an array like [{"tier":"daily","expireDays":35},{"tier":"monthly","expireDays":400}] (0.expireDays: Invalid input: expected number, received undefined; 0: Unrecognized key: "keep").',
    ],
    [
      "drills have a place and no interval",
      ["--size-gib", "1", "--drill-in-replica-region"],
      "cost: --drill-in-replica-region is given without --drill-days; give both",
    ],
    [
      "both sides are in one region",
      ["--size-gib", "1", "--region", "eu-west-1"],
      'cost: --replica-region must differ from --region, got "eu-west-1" for both',
    ],
    ["a value is out of bounds", ["--size-gib", "-1"], "cost: dumpGiB must be a number from 0 to 48000, got -1"],
  ])("fails when %s", async (_, args, message) => {
    expect(await run(...args)).toEqual({ code: EXIT.usage, out: "", notes: message });
  });
});
