/** The pattern of the failed-task rule, as the components write it (a test of theirs compares the two), and what it must tell apart. */
export const failedTaskPattern = (clusterArn: string): string =>
  JSON.stringify({
    source: ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    detail: {
      clusterArn: [clusterArn],
      lastStatus: ["STOPPED"],
      $or: [
        { stopCode: [{ "anything-but": ["EssentialContainerExited"] }] },
        { containers: { name: ["runner"], exitCode: [{ "anything-but": [0] }] } },
      ],
    },
  });

export const CLUSTER_ARN = "arn:aws:ecs:eu-central-1:123456789012:cluster/accept";

const event = (detail: object): string =>
  JSON.stringify({
    id: "1",
    account: "123456789012",
    source: "aws.ecs",
    time: "2026-01-01T00:00:00Z",
    region: "eu-central-1",
    resources: [],
    "detail-type": "ECS Task State Change",
    detail: { clusterArn: CLUSTER_ARN, lastStatus: "STOPPED", ...detail },
  });
const exited = (...containers: { name: string; exitCode: number }[]) =>
  event({ stopCode: "EssentialContainerExited", containers });

/** Events, and whether somebody must hear of each. */
export const EVENTS: readonly { what: string; event: string; isFailure: boolean }[] = [
  { what: "the runner exited 0", event: exited({ name: "runner", exitCode: 0 }), isFailure: false },
  { what: "the runner exited 5", event: exited({ name: "runner", exitCode: 5 }), isFailure: true },
  {
    what: "only a container beside it exited 1",
    event: exited({ name: "beside", exitCode: 1 }, { name: "runner", exitCode: 0 }),
    isFailure: false,
  },
  {
    what: "the image could not be pulled",
    event: event({ stopCode: "TaskFailedToStart", containers: [{ name: "runner" }] }),
    isFailure: true,
  },
];
