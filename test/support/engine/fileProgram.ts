/** Runs another file as the program, loaded anew for each run of the same process: all of it, or one of its exports. */
import * as pulumi from "@pulumi/pulumi";

export interface FileProgram {
  /** Absolute path of a module. */
  file: string;
  /** Name of an exported function that makes the resources; default: loading the file does. */
  part?: string;
}

/** What awsx makes by a plugin that is not here: a network that is known by its ids alone. */
class Vpc extends pulumi.ComponentResource {
  readonly vpcId = pulumi.output("vpc-0a1b2c3d4e5f67890");
  readonly privateSubnetIds = pulumi.output(["subnet-0a1b2c3d4e5f67890"]);

  constructor(name: string) {
    super("awsx:ec2:Vpc", name);
  }
}

const awsx = require.resolve("@pulumi/awsx");
const exports = { ec2: { Vpc, NatGatewayStrategy: { Single: "Single" } } };
require.cache[awsx] = { id: awsx, filename: awsx, loaded: true, exports } as unknown as NodeJS.Module;

export async function program({ file, part }: FileProgram): Promise<void> {
  delete require.cache[require.resolve(file)];
  // require, not import: only it goes through the TypeScript hook of this process.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const loaded = require(file) as Record<string, () => void>;
  if (part !== undefined) loaded[part]!();
}
