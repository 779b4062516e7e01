/** The only user of awsx, and an entry point of its own: `import { RunnerImage } from "pulumi-backup321/runner-image"`. */
import path from "node:path";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { child } from "./internal/child";
import { childName } from "./internal/childName";
import { Guard, guardOf } from "./internal/guard";
import { packageRoot } from "./internal/packageRoot";
import { nameProblems, refuseProblems, regionProblems } from "./internal/validate";
import { CpuArchitecture, type Transform } from "./types";

const PLATFORMS: Record<CpuArchitecture, string> = {
  [CpuArchitecture.Arm64]: "linux/arm64",
  [CpuArchitecture.X86_64]: "linux/amd64",
};

/** Arguments of RunnerImage. */
export interface RunnerImageArgs {
  /**
   * CPU architecture to build for; the same as BackupRunner's. Another one than the building machine's needs Docker's emulation.
   *
   * @default CpuArchitecture.Arm64
   */
  cpuArchitecture?: CpuArchitecture;
  /**
   * Region of the registry; the tasks' region spares them a transfer on every pull.
   *
   * @default - the provider's region
   */
  region?: string;
  /**
   * Tags of the registry's repository.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Options of RunnerImage. */
export interface RunnerImageOptions extends pulumi.ComponentResourceOptions {
  transform?: {
    repository?: Transform<awsx.ecr.RepositoryArgs>;
    image?: Transform<awsx.ecr.ImageArgs>;
  };
}

/**
 * Builds the runner's image from this package and pushes it to a registry in ECR. Needs the package `@pulumi/awsx`, and Docker with
 * BuildKit on the machine that runs `pulumi up`; docs/image.md has two ways without.
 *
 * @example
 * const { imageRef } = new RunnerImage("runner", {});
 */
export class RunnerImage extends pulumi.ComponentResource {
  /** The image, pinned: `<repository>@sha256:<digest>`. */
  readonly imageRef: pulumi.Output<string>;
  /** URL of the registry's repository. */
  readonly repositoryUrl: pulumi.Output<string>;

  /** @throws RunError with every problem of the arguments; nothing is registered then */
  constructor(name: string, args: RunnerImageArgs = {}, opts?: RunnerImageOptions) {
    refuseProblems("RunnerImage", name, [...nameProblems(name), ...regionProblems("region", args.region)]);
    const guard = new Guard(`RunnerImage "${name}"`, guardOf(opts?.parent));
    super("pulumi-backup321:index:RunnerImage", name, args, guard.options(opts));
    guard.watch(this);

    const { cpuArchitecture = CpuArchitecture.Arm64, region, tags } = args;
    const repository = child(
      awsx.ecr.Repository,
      childName(name, "repository"),
      {
        region,
        tags,
        imageScanningConfiguration: { scanOnPush: true },
        // awsx would expire an untagged image after a day, and the one that the tasks still run loses its tag to the next build.
        lifecyclePolicy: { skip: true },
      },
      guard,
      { parent: this, transform: opts?.transform?.repository },
    );
    const root = packageRoot(__dirname);
    const image = child(
      awsx.ecr.Image,
      childName(name, "image"),
      {
        repositoryUrl: repository.url,
        context: root,
        dockerfile: path.join(root, "runner", "Dockerfile"),
        platform: PLATFORMS[cpuArchitecture],
        // awsx names what it builds after the tag; without one, after a digest of this machine's path to the package.
        imageTag: childName(name, cpuArchitecture.toLowerCase()),
      },
      guard,
      { parent: this, transform: opts?.transform?.image },
    );
    this.imageRef = image.imageUri;
    this.repositoryUrl = repository.url;
    this.registerOutputs({ imageRef: this.imageRef, repositoryUrl: this.repositoryUrl });
  }
}
