// What ECS refuses about a Fargate task definition. Pure; one message per problem. Source: ECS Developer Guide, "Task
// CPU and memory", and the API's RegisterTaskDefinition.
import { known, type Props } from "../wire";
import { within } from "./s3";

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, i) => from + i * step);
const GIB = 1024;

/** Memory in MiB that may go with CPU units. */
const MEMORY_MIB: Record<string, number[]> = {
  256: [512, GIB, 2 * GIB],
  512: range(GIB, 4 * GIB, GIB),
  1024: range(2 * GIB, 8 * GIB, GIB),
  2048: range(4 * GIB, 16 * GIB, GIB),
  4096: range(8 * GIB, 30 * GIB, GIB),
  8192: range(16 * GIB, 60 * GIB, 4 * GIB),
  16384: range(32 * GIB, 120 * GIB, 8 * GIB),
};
const MAX_STOP_SECONDS = 120;

function container(c: Props, i: Props): string[] {
  const name = `container ${c["name"]}`;
  const problems = [
    ...within(`${name}: stopTimeout`, c["stopTimeout"], 0, MAX_STOP_SECONDS),
    ...(c["image"] ? [] : [`${name}: image is missing`]),
    ...(c["linuxParameters"]?.sharedMemorySize === undefined
      ? []
      : [`${name}: sharedMemorySize is not supported on Fargate`]),
    ...(c["privileged"] === true ? [`${name}: privileged is not supported on Fargate`] : []),
  ];
  const secrets = (c["secrets"] ?? []) as Props[];
  if (secrets.length > 0 && !i["executionRoleArn"]) problems.push(`${name}: secrets need an executionRoleArn`);
  if (c["logConfiguration"]?.logDriver === "awslogs" && !i["executionRoleArn"])
    problems.push(`${name}: awslogs needs an executionRoleArn on Fargate`);
  const twice = [...((c["environment"] ?? []) as Props[]), ...secrets].map((e) => e["name"] as string);
  for (const key of new Set(twice.filter((n, at) => twice.indexOf(n) !== at)))
    problems.push(`${name}: ${key} is given twice in environment and secrets`);
  for (const { valueFrom, name: key } of secrets) {
    if (
      /^arn:[^:]+:secretsmanager:/.test(valueFrom as string) &&
      ![7, 10].includes((valueFrom as string).split(":").length)
    ) {
      problems.push(`${name}: secret ${key} must be <arn> or <arn>:<json key>:<version stage>:<version id>`);
    }
  }
  return problems;
}

function containers(i: Props): string[] {
  const text = i["containerDefinitions"] as unknown;
  if (typeof text !== "string" || !known(text)) return [];
  let list: Props[];
  try {
    list = JSON.parse(text) as Props[];
  } catch {
    return ["containerDefinitions is not JSON"];
  }
  if (!Array.isArray(list) || list.length === 0) return ["containerDefinitions must hold at least one container"];
  const names = list.map((c) => c["name"] as string);
  return [
    ...list.flatMap((c) => container(c, i)),
    ...names.filter((n, at) => names.indexOf(n) !== at).map((n) => `container ${n}: the name is not unique`),
    ...(list.some((c) => c["essential"] !== false) ? [] : ["at least one container must be essential"]),
  ];
}

export function taskDefinition(i: Props): string[] {
  if (!((i["requiresCompatibilities"] ?? []) as string[]).includes("FARGATE")) return [];
  const { cpu, memory } = i;
  const problems = [...within("ephemeralStorage.sizeInGib", i["ephemeralStorage"]?.sizeInGib, 21, 200)];
  if (known(i["networkMode"]) && i["networkMode"] !== "awsvpc")
    problems.push(`networkMode is "${i["networkMode"]}": Fargate takes awsvpc only`);
  if (known(cpu) && known(memory) && !MEMORY_MIB[cpu as string]?.includes(Number(memory))) {
    const allowed = MEMORY_MIB[cpu as string];
    problems.push(
      allowed
        ? `memory is ${memory} with cpu ${cpu}: Fargate takes ${allowed[0]} to ${allowed.at(-1)} MiB there, in the documented steps`
        : `cpu is ${cpu}: Fargate takes ${Object.keys(MEMORY_MIB).join(", ")}`,
    );
  }
  return [...problems, ...containers(i)];
}
