import type { ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import type { StackRule } from "../../policies";
import { policiesFor } from "../../policies";
import { InputsMemory } from "../../policies/inputsMemory";
import { iso27001 } from "../../policies/definition";
import { at } from "../../policies/unknowns";
import { TODAY } from "./harness";

type Callback = (...args: unknown[]) => unknown;

const BUCKET = "aws:s3/bucket:Bucket";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const asked = (type: string, name: string): ResourceValidationArgs =>
  ({
    type,
    name,
    urn: `urn:${name}`,
    props: { asked: name },
    getConfig: () => ({}),
  }) as unknown as ResourceValidationArgs;
const report = (): void => undefined;

function rule(name: string, readsInputsOf: StackRule["readsInputsOf"]): StackRule & { seen: unknown[] } {
  const seen: unknown[] = [];
  return {
    ...{ name, displayName: name, description: "It must.", severity: "low", tags: [], judges: [], seen },
    ...{ framework: iso27001("A.5.1", "Policies"), remediationSteps: "Do.", url: "https://example.com/" },
    ...(readsInputsOf === undefined ? {} : { readsInputsOf }),
    judgeStack: (stack) => seen.push(...stack.resources.map((entry) => at(entry.inputs, "asked"))),
  };
}

test("the first rule that is asked listens for all rules of its pack, and no other listens then", async () => {
  const [first, second] = [rule("aws-a-b-c", ["bucket"]), rule("aws-a-b-d", ["logGroup"])];
  const [one, two] = policiesFor({}, { rules: [first, second], now: () => TODAY });
  for (const policy of [one!, two!]) expect(policy).toHaveProperty("validateResource", expect.any(Function));
  const resources = [asked(BUCKET, "b"), asked(LOG_GROUP, "l"), asked("aws:sqs/queue:Queue", "q")];
  for (const args of resources) {
    for (const policy of [one!, two!]) {
      const { validateResource } = policy as { validateResource?: (args: object, report: unknown) => void };
      validateResource?.(args, report);
    }
  }
  expect([typeof Reflect.get(one!, "validateResource"), typeof Reflect.get(two!, "validateResource")]).toEqual([
    "function",
    "undefined",
  ]);
  const outputs = resources.map(({ type, name, urn }) => ({
    type,
    name,
    urn,
    props: { asked: "output" },
    propertyDependencies: {},
  }));
  const stack = { resources: outputs, getConfig: () => ({}) } as unknown as StackValidationArgs;
  for (const policy of [one!, two!]) await (Reflect.get(policy, "validateStack") as Callback)(stack, report);
  // Of a kind that no rule reads, what was asked for is not kept.
  for (const { seen } of [first, second]) expect(seen.sort()).toEqual(["b", "l", "output"]);
});

test("a rule that the SDK does not ask, being disabled, leaves another one listening", () => {
  const memory = new InputsMemory();
  memory.keep(["bucket"]);
  const [disabled, enabled] = [{}, {}];
  expect(memory.validatorOf(disabled)).toBeInstanceOf(Function);
  void memory.validatorOf(enabled)!(asked(BUCKET, "b"), report);
  expect(memory.validatorOf(disabled)).toBeUndefined();
  expect(memory.of("urn:b")).toEqual({ asked: "b" });
  expect(memory.of("urn:c")).toBeUndefined();
});

test("a rule that reads no inputs has no validator", () => {
  const [policy] = policiesFor({}, { rules: [rule("aws-a-b-c", undefined)], now: () => TODAY });
  expect(Reflect.get(policy!, "validateResource")).toBeUndefined();
});

test("packs do not listen for each other", () => {
  const make = () => policiesFor({}, { rules: [rule("aws-a-b-c", ["bucket"])], now: () => TODAY })[0]!;
  const [one, two] = [make(), make()];
  void (Reflect.get(one, "validateResource") as Callback)(asked(BUCKET, "b"), report);
  expect(Reflect.get(two, "validateResource")).toBeInstanceOf(Function);
});
