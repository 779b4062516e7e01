// Clusters and task definitions.
import * as ecs from "@aws-sdk/client-ecs";
import { gone, lowerTagList, type Context, type Handler } from "../handler";
import { taskDefinition as refuseTaskDefinition } from "../refusals/fargate";
import type { Props } from "../wire";

const cluster: Handler = {
  type: "aws:ecs/cluster:Cluster",
  name: { property: "name", maxLength: 255 },
  replaceOn: ["name"],
  computed: ["arn", "tagsAll"],
  async create({ aws }, i) {
    const made = await aws.ecs.send(
      new ecs.CreateClusterCommand({
        clusterName: i["name"],
        settings: i["settings"],
        configuration: i["configuration"],
        tags: lowerTagList(i["tags"]),
      }),
    );
    const arn = made.cluster!.clusterArn!;
    return { id: arn, outputs: { arn } };
  },
  update: async ({ aws }, id, i) =>
    void (await aws.ecs.send(
      new ecs.UpdateClusterCommand({ cluster: id, settings: i["settings"], configuration: i["configuration"] }),
    )),
  async exists({ aws }, id) {
    const { clusters } = await aws.ecs.send(new ecs.DescribeClustersCommand({ clusters: [id] }));
    return clusters?.[0]?.status === "ACTIVE";
  },
  delete: ({ aws }, id) => gone(aws.ecs.send(new ecs.DeleteClusterCommand({ cluster: id }))),
};

async function register({ aws }: Context, i: Props): Promise<Props> {
  const { taskDefinition } = await aws.ecs.send(
    new ecs.RegisterTaskDefinitionCommand({
      family: i["family"],
      containerDefinitions: JSON.parse(i["containerDefinitions"]) as ecs.ContainerDefinition[],
      cpu: i["cpu"],
      memory: i["memory"],
      networkMode: i["networkMode"],
      requiresCompatibilities: i["requiresCompatibilities"],
      executionRoleArn: i["executionRoleArn"],
      taskRoleArn: i["taskRoleArn"],
      runtimePlatform: i["runtimePlatform"],
      ephemeralStorage: i["ephemeralStorage"] && { sizeInGiB: i["ephemeralStorage"].sizeInGib },
      volumes: (i["volumes"] as Props[] | undefined)?.map((v) => ({
        name: v["name"],
        host: v["hostPath"] && { sourcePath: v["hostPath"] },
      })),
      tags: Object.keys(i["tags"] ?? {}).length > 0 ? lowerTagList(i["tags"]) : undefined,
    }),
  );
  const arn = taskDefinition!.taskDefinitionArn!;
  return { arn, revision: taskDefinition!.revision, arnWithoutRevision: arn.replace(/:\d+$/, "") };
}

const taskDefinition: Handler = {
  type: "aws:ecs/taskDefinition:TaskDefinition",
  // A revision never changes: every difference but the tags makes a new one.
  replaceOn: [
    "family",
    "containerDefinitions",
    "cpu",
    "memory",
    "networkMode",
    "requiresCompatibilities",
    "executionRoleArn",
    "taskRoleArn",
    "runtimePlatform",
    "ephemeralStorage",
    "volumes",
    "placementConstraints",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
  ],
  computed: ["arn", "arnWithoutRevision", "revision", "tagsAll"],
  refuse: refuseTaskDefinition,
  create: async (context, i) => ({ id: i["family"] as string, outputs: await register(context, i) }),
  async update({ aws }, _id, i, olds) {
    if (i["tags"])
      await aws.ecs.send(new ecs.TagResourceCommand({ resourceArn: olds["arn"], tags: lowerTagList(i["tags"]) }));
  },
  async exists({ aws }, _id, s) {
    const answer = await aws.ecs
      .send(new ecs.DescribeTaskDefinitionCommand({ taskDefinition: s["arn"] }))
      .catch(() => undefined);
    return answer?.taskDefinition?.status === "ACTIVE";
  },
  async delete({ aws }, _id, s) {
    if (!s["skipDestroy"])
      await gone(aws.ecs.send(new ecs.DeregisterTaskDefinitionCommand({ taskDefinition: s["arn"] })));
  },
};

export const ecsHandlers = [cluster, taskDefinition];
