import { DescribeImagesCommand } from "@aws-sdk/client-ecr";
import { DescribeTaskDefinitionCommand, type TaskDefinition } from "@aws-sdk/client-ecs";
import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { ENV } from "../contract";
import { regionOf } from "../stackSettings";
import { type CheckResult, type DoctorCheck, examine, examineEach, primaryRegion, unless } from "./check";

const ECR = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^@:]+)(?:@(sha256:[0-9a-f]{64})|:(.+))?$/;

/** ARN of a secret, without the JSON key, stage and version that a task definition may add. */
export function secretArnOf(valueFrom: string): string | undefined {
  const parts = valueFrom.split(":");
  return parts[2] === "secretsmanager" && parts[5] === "secret" ? parts.slice(0, 7).join(":") : undefined;
}

interface Used {
  images: Set<string>;
  secretArns: Set<string>;
}

function use(definition: TaskDefinition | undefined, used: Used): void {
  for (const { image, secrets = [], environment = [] } of definition?.containerDefinitions ?? []) {
    if (image) used.images.add(image);
    const named = environment.filter(({ name }) => name === ENV.secretArn).map(({ value }) => value);
    for (const valueFrom of [...secrets.map((one) => one.valueFrom), ...named]) {
      const arn = valueFrom && secretArnOf(valueFrom);
      if (arn) used.secretArns.add(arn);
    }
  }
}

function imageResult(image: string, detail: string): CheckResult {
  return { id: "image", subject: image, status: "notChecked", detail };
}

/** Task definitions, and the images and secrets that they name. */
export const tasks: DoctorCheck = {
  id: "task",
  run: async (context) => {
    const { stack, clients } = context;
    const lists = [stack.dumpTaskDefinitionArns, stack.verifyTaskDefinitionArns, stack.drillTaskDefinitionArns];
    const arns = lists.every((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? []);
    const used: Used = { images: new Set(), secretArns: new Set() };
    const definitions = await examineEach(
      context,
      "task",
      arns,
      (arn) => arn.split("/").pop()!,
      async (arn) => {
        // Drills may run in the replica's region; ECS knows definitions in their own region alone.
        const { ecs } = clients(regionOf(arn) ?? primaryRegion(context));
        const { taskDefinition: found } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }));
        use(found, used);
        return {
          ok: "active",
          problems: unless([found?.status === "ACTIVE", `it is ${found?.status}: no task can start from it`]),
        };
      },
    );
    const images = await Promise.all(
      [...used.images].map(async (image) => {
        const [, registryId, region, repositoryName, imageDigest, imageTag] = ECR.exec(image) ?? [];
        if (!registryId) return imageResult(image, "only images in ECR can be looked up; pull it where a task would");
        return examine("image", image, async () => {
          const imageIds = [{ imageDigest, imageTag }];
          await clients(region!).ecr.send(new DescribeImagesCommand({ registryId, repositoryName, imageIds }));
          return {
            ok: "it can be pulled",
            problems: unless([imageDigest !== undefined, "it is not pinned by digest"]),
          };
        });
      }),
    );
    const secrets = await examineEach(
      context,
      "secret",
      [...used.secretArns],
      (arn) => arn,
      async (arn) => {
        const found = await clients(arn.split(":")[3]!).secrets.send(new DescribeSecretCommand({ SecretId: arn }));
        const deletion = found.DeletedDate?.toISOString();
        return {
          ok: `it is there, changed ${found.LastChangedDate?.toISOString() ?? "never"}; its value was not read`,
          problems: unless([
            deletion === undefined,
            `it was deleted on ${deletion}; restore it: aws secretsmanager restore-secret`,
          ]),
        };
      },
    );
    return [...definitions, ...images, ...secrets];
  },
};
