import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import * as library from "../../components";
import { ROOT, textOf } from "../tree";

const NAME = "pulumi-backup321";
const COMPONENTS = [
  "AlertDelivery",
  "Alerting",
  "BackupRepository",
  "BackupRunner",
  "DatabaseBackup",
  "FreshnessCheck",
  "RestoreDrill",
];

const manifest = JSON.parse(textOf("package.json")) as { version: string; description: string };

/** What Pulumi does when it is asked for the schema of the folder with PulumiPlugin.yaml. */
function analyze() {
  const { components, typeDefinitions, dependencies } = new Analyzer(
    ROOT,
    NAME,
    manifest,
    new Set(COMPONENTS),
  ).analyze();
  return generateSchema(NAME, manifest.version, manifest.description, components, typeDefinitions, dependencies);
}

describe("Pulumi's component analyzer", () => {
  const schema = analyze();

  // After an intended change: npm run build && npm run schema.
  it("reads of every component what docs/schema.json says", () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(JSON.parse(textOf("docs/schema.json")));
  });

  it("finds every component of the library, under the token that the component registers", () => {
    const exported = Object.entries(library).filter(([, value]) => typeof value === "function");
    expect(exported.map(([name]) => name).sort()).toEqual(COMPONENTS);
    expect(Object.keys(schema.resources).sort()).toEqual(COMPONENTS.map((name) => `${NAME}:index:${name}`));
    for (const name of COMPONENTS) {
      const file = `components/${name[0]!.toLowerCase()}${name.slice(1)}.ts`;
      expect(textOf(file)).toContain(`super("${NAME}:index:${name}", name, args, `);
    }
  });

  it("asks for no more than the README's first example gives", () => {
    const backup = schema.resources[`${NAME}:index:DatabaseBackup`]!;
    expect(backup.requiredInputs).toEqual(["image", "replicaRegion", "subnetIds", "vpcId"]);
  });

  it("lets other languages hand over what is known only later wherever no resource hangs on it", () => {
    const inputs = (name: string) =>
      (schema.types[`${NAME}:index:${name}`] as { properties: Record<string, object> }).properties;
    expect(inputs("DatabaseArgs")["secretArn"]).not.toHaveProperty("plain");
    expect(inputs("DatabaseArgs")["name"]).toHaveProperty("plain", true);
  });

  it("describes every argument, in words alone", () => {
    const args = Object.entries(schema.types).filter(([token]) => token.endsWith("Args"));
    const all = [
      ...Object.entries(schema.resources).map(([token, { inputProperties }]) => ({ token, inputs: inputProperties })),
      ...args.map(([token, type]) => ({ token, inputs: (type as { properties: object }).properties })),
    ].flatMap(({ token, inputs }) =>
      Object.entries(inputs ?? {}).map(([name, input]) => ({ at: `${token} ${name}`, input })),
    );
    expect(all.length).toBeGreaterThan(80);
    const bare = all.filter(({ input }) => !/^[A-Z`]/.test(String((input as { description?: string }).description)));
    expect(bare.map(({ at }) => at)).toEqual([]);
    expect(JSON.stringify(schema)).not.toContain("[object");
  });
});
