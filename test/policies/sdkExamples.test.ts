import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { credentialsIn } from "../../policies/credentialsIn";

// Texts that nobody here wrote: each `name: "value"` of the example programs in the documentation of @pulumi/aws.
const SDK = dirname(require.resolve("@pulumi/aws/package.json"));
const MAX_FALSE_ALARMS = 0.001;

function exampleTexts(): [name: string, text: string][] {
  const texts = new Map<string, [string, string]>();
  for (const file of readdirSync(SDK, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".d.ts") || file.startsWith("node_modules")) continue;
    for (const [program] of readFileSync(join(SDK, file), "utf8").matchAll(/```typescript[\s\S]*?```/g)) {
      const code = program.replace(/^ *\* ?/gm, "");
      for (const [, plain, quoted, text] of code.matchAll(/(?:([A-Za-z_]\w*)|"([^"]+)"): "((?:[^"\\]|\\.)+)"/g)) {
        const name = plain ?? quoted ?? "";
        const value = (text ?? "").replaceAll("\\n", "\n").replace(/\\(.)/g, "$1");
        texts.set(`${name} ${value}`, [name, value]);
      }
    }
  }
  return [...texts.values()];
}

test("thousands of example values raise almost no alarm, save for passwords written under their name", async () => {
  const texts = exampleTexts();
  const byName: string[] = [];
  const others: string[] = [];
  for (const [name, text] of texts) {
    for (const finding of await credentialsIn({ [name]: text })) {
      (finding.byName ? byName : others).push(`${name}: ${finding.kind ?? "was not searched"}`);
    }
  }
  process.stdout.write(
    `examples of @pulumi/aws: ${texts.length} texts, ${byName.length} found by their name, ${others.length} otherwise\n`,
  );
  expect(texts.length).toBeGreaterThan(5_000);
  expect(byName.filter((one) => !/(?:password|token|secret|key): (?:password|key or token)$/i.test(one))).toEqual([]);
  if (others.length / texts.length > MAX_FALSE_ALARMS) expect(others).toEqual([]);
});
