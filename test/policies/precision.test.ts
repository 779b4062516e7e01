import { credentialsIn } from "../../policies/credentialsIn";
import { benignSamples, leakySamples, type Leak, type Sample } from "./corpus";

const SEEDS = [1, 20260401] as const;
const MIN_CAUGHT = 0.99;
const MAX_FALSE_ALARMS = 0.005;

async function alarms(sample: Sample): Promise<string[]> {
  const findings = await credentialsIn({ [sample.property]: sample.text });
  return findings.map(({ path, kind }) => `${sample.kind}: ${path} ${kind ?? "was not searched"}`);
}

/** The samples of each kind with those that raised an alarm, and what the alarms said. */
async function measure(samples: readonly Sample[]) {
  const byKind = new Map<string, { samples: number; alarms: number }>();
  const said: string[] = [];
  const silent: string[] = [];
  for (const sample of samples) {
    const row = byKind.get(sample.kind) ?? { samples: 0, alarms: 0 };
    const found = await alarms(sample);
    byKind.set(sample.kind, { samples: row.samples + 1, alarms: row.alarms + (found.length > 0 ? 1 : 0) });
    if (found.length > 0) said.push(...found);
    else silent.push(`${sample.kind} in ${sample.property}`);
  }
  return { byKind, said, silent, rate: 1 - silent.length / samples.length };
}

const percent = (rate: number): string => `${(rate * 100).toFixed(2)} %`;

describe.each(SEEDS)("with the corpus of seed %d", (seed) => {
  const leaky = leakySamples(seed);
  const benign = benignSamples(seed);

  test("the corpus is large enough, and its texts differ", () => {
    expect(new Set(leaky.map(({ text }) => text)).size).toBeGreaterThanOrEqual(250);
    expect(new Set(benign.map(({ text }) => text)).size).toBeGreaterThanOrEqual(400);
    expect(leaky.filter(({ secret }) => secret.length < 8)).toEqual([]);
  });

  test("at least 99 % of the credentials are caught, and at most 0.5 % of the other texts raise an alarm", async () => {
    const [caught, raised] = [await measure(leaky), await measure(benign)];
    const rows = [...caught.byKind, ...raised.byKind].map(([kind, row]) => `${kind} ${row.alarms}/${row.samples}`);
    process.stdout.write(
      `credentials, seed ${seed}: caught ${percent(caught.rate)} of ${leaky.length} texts of ${caught.byKind.size} kinds, ` +
        `false alarms ${percent(raised.rate)} of ${benign.length} texts of ${raised.byKind.size} kinds\n` +
        `  alarms by kind: ${rows.join(", ")}\n`,
    );
    // The lists are what a failure shows; a rate alone would not say where to look.
    if (caught.rate < MIN_CAUGHT) expect(caught.silent).toEqual([]);
    if (raised.rate > MAX_FALSE_ALARMS) expect(raised.said).toEqual([]);
    expect(caught.rate).toBeGreaterThanOrEqual(MIN_CAUGHT);
    expect(raised.rate).toBeLessThanOrEqual(MAX_FALSE_ALARMS);
  });

  test("no finding shows eight characters of the secret, also when the text is a name", async () => {
    for (const leak of leaky) {
      const findings = [
        ...(await credentialsIn({ [leak.property]: leak.text })),
        ...(await credentialsIn({ tags: { [leak.text]: "x" } })),
      ];
      for (const finding of findings) expect(shownOf(leak, JSON.stringify(finding))).toBeUndefined();
    }
  });
});

/** The first eight characters of the secret that a finding shows; undefined when it shows none. */
function shownOf({ secret }: Leak, finding: string): string | undefined {
  for (let start = 0; start + 8 <= secret.length; start++) {
    const window = secret.slice(start, start + 8);
    if (finding.includes(window)) return window;
  }
  return undefined;
}

test("fails when a finding shows eight characters of the secret", () => {
  const leak = { kind: "k", property: "p", text: "", secret: "abcdefghij" };
  expect(shownOf(leak, "tags.xbcdefghiy")).toBe("bcdefghi");
  expect(shownOf(leak, "tags.abcdefg")).toBeUndefined();
});
