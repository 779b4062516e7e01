import type { ResourceRule, StackRule } from "../../policies";
import { iso27001 } from "../../policies/definition";
import { at, UNKNOWN } from "../../policies/unknowns";
import { judge, remediate, secret, UNKNOWN_TEXT, type Written } from "./harness";

const FACTS = {
  name: "aws-shop-thing-open",
  displayName: "Things are closed",
  description: "A thing must be closed.",
  severity: "low",
  framework: iso27001("A.5.1", "Policies for information security"),
  tags: [],
  remediationSteps: "Close it.",
  url: "https://example.com/",
  judges: [],
} as const;

/** Refuses what is open; whether it is may not be known. */
const resourceRule: ResourceRule = {
  ...FACTS,
  tags: [],
  options: { limit: { type: "integer", default: 3, description: "How many." } },
  judgeResource: (resource, verdict, options) => {
    const open = at(resource.props, "open");
    if (open === "throw") throw new RangeError(`cannot read ${at(resource.props, "value") as string}`);
    if (open === UNKNOWN) verdict.unknown(resource, `"${resource.name}": open is not known yet.`);
    else if (open === true)
      verdict.violation(resource, `"${resource.name}" is open, limit ${String(options["limit"])}.`);
  },
  remediate: ({ props }) => {
    if (at(props, "open") === "throw") throw new RangeError("cannot read it");
    return at(props, "open") === true ? { ...props, open: false } : undefined;
  },
};
const stackRule: StackRule = {
  ...FACTS,
  tags: [],
  readsInputsOf: ["bucket"],
  judgeStack: (stack, verdict) => {
    for (const entry of stack.resources) {
      if (at(entry.inputs, "open") === true) verdict.violation(entry, `${entry.label} is open.`);
      if (at(entry.inputs, "open") === "throw") throw new TypeError("cannot read it");
    }
  },
};

const thing = (open?: unknown, name = "door"): Written => ({ type: "aws:s3/bucket:Bucket", name, props: { open } });
const exemption = (expires: string, resource = "door") => ({
  exemptions: [{ resource, reason: "moves away", owner: "platform", expires }],
});

describe("a rule", () => {
  test("reports what it finds, with its own default where nothing is configured", async () => {
    expect(await judge(resourceRule, [thing(true), thing(false, "gate")])).toEqual(['"door" is open, limit 3.']);
    expect(await judge(resourceRule, [thing(true)], { config: { limit: 5 } })).toEqual(['"door" is open, limit 5.']);
  });

  test("reads inputs where it asks for them, and outputs where there are none", async () => {
    expect(await judge(stackRule, [thing(false)], { outputs: [thing(true)] })).toEqual([]);
    expect(await judge(stackRule, [thing(true)], { outputs: [thing(false)] })).toEqual([
      'aws.s3.Bucket "door" is open.',
    ]);
    expect(await judge(stackRule, [], { outputs: [thing(true)] })).toEqual(['aws.s3.Bucket "door" is open.']);
  });

  test("that throws is a violation of that resource, without the error's words, and the others are judged", async () => {
    const throwing = { ...thing("throw"), props: { open: "throw", value: "hunter2hunter2" } };
    expect(await judge(resourceRule, [throwing, thing(true, "gate")])).toEqual([
      '"door": aws-shop-thing-open failed with RangeError and judged nothing here; report it, and exempt the resource until it is mended.',
      '"gate" is open, limit 3.',
    ]);
    expect(await judge(stackRule, [thing("throw")])).toEqual([
      '"the stack": aws-shop-thing-open failed with TypeError and judged nothing here; report it, and exempt the resource until it is mended.',
    ]);
  });
});

describe("unknown values", () => {
  test("are a note by default, and a violation where the configuration refuses them", async () => {
    const message = '"door": open is not known yet.';
    expect(await judge(resourceRule, [thing(UNKNOWN_TEXT)])).toEqual([`note: ${message}`]);
    expect(await judge(resourceRule, [thing(UNKNOWN_TEXT)], { config: { unknownValues: "note" } })).toEqual([
      `note: ${message}`,
    ]);
    expect(await judge(resourceRule, [thing(UNKNOWN_TEXT)], { config: { unknownValues: "refuse" } })).toEqual([
      message,
    ]);
  });

  test("that are refused can be exempted", async () => {
    const config = { unknownValues: "refuse", ...exemption("2027-06-01") };
    expect(await judge(resourceRule, [thing(UNKNOWN_TEXT)], { config })).toEqual([]);
  });
});

describe("an exemption", () => {
  const OPEN = '"door" is open, limit 3.';
  const about = 'the exemption of "door" (platform: moves away)';

  test.each([
    ["by name", "door"],
    ["by type and name", "aws:s3/bucket:Bucket::door"],
    ["by URN", "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::door"],
  ])("lets a resource through %s, and no other", async (_how, resource) => {
    const config = exemption("2027-06-01", resource);
    expect(await judge(resourceRule, [thing(true), thing(true, "gate")], { config })).toEqual([
      '"gate" is open, limit 3.',
    ]);
  });

  test("is announced in its last 30 days", async () => {
    expect(await judge(resourceRule, [thing(true)], { config: exemption("2026-12-20") })).toEqual([
      `note: ${about} ends with 2026-12-20.`,
    ]);
    expect(await judge(resourceRule, [thing(true)], { config: exemption("2026-12-21") })).toEqual([]);
  });

  test("holds to the end of its last day, then is a violation beside what it let through", async () => {
    const config = exemption("2026-11-21");
    const at2359 = new Date("2026-11-21T23:59:59Z");
    expect(await judge(resourceRule, [thing(true)], { config, now: at2359 })).toEqual([
      `note: ${about} ends with 2026-11-21.`,
    ]);
    expect(await judge(resourceRule, [thing(true)], { config, now: new Date("2026-11-22T00:00:00Z") })).toEqual([
      `${about} ended with 2026-11-21; mend the resource, or renew the exemption.`,
      OPEN,
    ]);
  });

  test("of a resource that keeps to the rule says nothing, even when it ended", async () => {
    expect(await judge(resourceRule, [thing(false)], { config: exemption("2020-01-01") })).toEqual([]);
  });

  test("written twice holds as long as the later one", async () => {
    const [early, late] = [exemption("2020-01-01"), exemption("2027-06-01")];
    const config = { exemptions: [...early.exemptions, ...late.exemptions] };
    expect(await judge(resourceRule, [thing(true)], { config })).toEqual([]);
  });

  test("that is not whole lets nothing through and is told once", async () => {
    const config = { exemptions: [{ resource: "door", reason: "moves away", owner: "platform" }], limits: 1 };
    expect(await judge(resourceRule, [thing(true), thing(true, "gate")], { config })).toEqual([
      'the configuration of aws-shop-thing-open: exemptions[0] (door) has no expires; there is no option "limits"; there are limit, exemptions, unknownValues.',
      OPEN,
      '"gate" is open, limit 3.',
    ]);
  });
});

describe("a rule that asks for secrets", () => {
  const rule: ResourceRule = {
    ...FACTS,
    tags: [],
    asksForSecrets: true,
    judgeResource: (resource, verdict) =>
      verdict.violation(resource, `${resource.name}: ${[...(resource.secretPaths ?? ["not told"])].join(", ")}`),
  };
  const written: Written = { ...thing(true), props: { open: true, password: secret("hunter2hunter2") } };

  test("is told where they lie, each resource its own, and mends nothing", async () => {
    expect(await judge(rule, [written, thing(true, "gate")])).toEqual(["door: password", "gate: "]);
    expect(await remediate(rule, written)).toBeUndefined();
  });

  test("is told nothing at another level than remediate", async () => {
    expect(await judge(rule, [written], { unmarked: true })).toEqual(["door: not told"]);
  });
});

describe("a remediation", () => {
  const written = (open: unknown): Written => ({
    ...thing(open),
    props: { open, password: secret("hunter2hunter2"), arn: UNKNOWN_TEXT },
  });

  test("mends, and keeps secrets secret and unknowns unknown", async () => {
    const mended = await remediate(resourceRule, written(true));
    expect(mended).toEqual({ open: false, password: secret("hunter2hunter2"), arn: UNKNOWN_TEXT });
  });

  test("leaves alone what keeps to the rule, what is exempted, and what it fails on", async () => {
    expect(await remediate(resourceRule, written(false))).toBeUndefined();
    expect(await remediate(resourceRule, written(true), exemption("2027-06-01"))).toBeUndefined();
    expect(await remediate(resourceRule, written("throw"))).toBeUndefined();
  });

  test("mends again once the exemption has ended", async () => {
    expect(await remediate(resourceRule, written(true), exemption("2026-11-20"))).toMatchObject({ open: false });
  });
});
