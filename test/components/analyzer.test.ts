import path from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";

const COMPONENTS = ["Alerting", "BackupRepository", "BackupRunner", "DatabaseBackup", "FreshnessCheck"];

describe("Pulumi's component analyzer", () => {
  it("accepts every component, so that other languages can use them", () => {
    const root = path.join(__dirname, "..", "..");
    const analyzer = new Analyzer(root, "pulumi-backup321", { main: "components/index.js" }, new Set(COMPONENTS));
    const { components, typeDefinitions, dependencies } = analyzer.analyze();
    const schema = generateSchema("pulumi-backup321", "0.0.0", "", components, typeDefinitions, dependencies);
    expect(Object.keys(schema.resources).sort()).toEqual(COMPONENTS.map((name) => `pulumi-backup321:index:${name}`));
    const backup = schema.resources["pulumi-backup321:index:DatabaseBackup"]!;
    expect(backup.requiredInputs!.sort()).toEqual(["image", "replicaRegion", "secretArn", "subnetIds", "vpcId"]);
    // Any private field would be published here.
    expect(Object.keys(backup.properties!).sort()).toMatchSnapshot();
  });
});
