import * as z from "zod";
import type { Alert } from "../alertContract";
import { ENV, EXIT, isDatabaseName } from "../contract";
import { shellQuote } from "../shellQuote";
import { type AlertContext, statusCommand } from "./alertContext";
import { isoTime } from "./fromAlarm";

/** An event as EventBridge hands it to a topic. */
export const BUS_EVENT = z.object({
  source: z.string(),
  "detail-type": z.string(),
  time: z.string(),
  region: z.string(),
  detail: z.record(z.string(), z.unknown()),
});

export type BusEvent = z.infer<typeof BUS_EVENT>;

const TASK = z.object({
  taskArn: z.string(),
  stoppedReason: z.string().nullish(),
  stoppedAt: z.string().nullish(),
  containers: z
    .array(z.object({ name: z.string(), exitCode: z.number().nullish(), reason: z.string().nullish() }))
    .nullish(),
  overrides: z
    .object({
      containerOverrides: z
        .array(z.object({ environment: z.array(z.object({ name: z.string(), value: z.string() })).nullish() }))
        .nullish(),
    })
    .nullish(),
});

const EXECUTION = z.object({
  executionArn: z.string(),
  stateMachineArn: z.string(),
  status: z.string(),
  error: z.string().nullish(),
  cause: z.string().nullish(),
  stopDate: z.number().nullish(),
});

const NAMES = Object.fromEntries(Object.entries(EXIT).map(([name, code]) => [code, name]));

/** Time and place that all events have. */
function placed({ region }: BusEvent, since: string, context: AlertContext, database?: string) {
  const source = { repository: context.repository, ...(database !== undefined && { database }), region };
  return { since, at: since, source };
}

function fromTask(event: BusEvent, context: AlertContext): Alert | undefined {
  const parsed = TASK.safeParse(event.detail);
  if (!parsed.success) return undefined;
  const { taskArn, stoppedReason, stoppedAt, containers, overrides } = parsed.data;
  const environment = overrides?.containerOverrides?.flatMap((container) => container.environment ?? []) ?? [];
  const given = environment.find(({ name }) => name === ENV.database)?.value;
  const database = isDatabaseName(given) ? given : undefined;
  const ends = (containers ?? []).flatMap(({ name, exitCode, reason }) => {
    if (exitCode == null) return reason ? [`Container ${name}: ${reason}`] : [];
    return exitCode === 0
      ? []
      : [`Container ${name} ended with exit code ${exitCode} (${NAMES[exitCode] ?? "unknown"}).`];
  });
  return {
    // No recovery follows: the next run is another task.
    id: taskArn,
    state: "problem",
    severity: "warning",
    title:
      database === undefined
        ? "A task failed or never started"
        : `A task of database ${database} failed or never started`,
    what: [...ends, ...(stoppedReason ? [stoppedReason] : []), `Task ${taskArn}.`],
    ...placed(event, isoTime(stoppedAt ?? event.time) ?? event.time, context, database),
    atRisk: "This run may have left no recovery point, or proved none; the next one runs as planned.",
    nextCommand: statusCommand(context, database === undefined ? {} : { database }),
  };
}

function fromExecution(event: BusEvent, context: AlertContext): Alert | undefined {
  const parsed = EXECUTION.safeParse(event.detail);
  if (!parsed.success) return undefined;
  const { executionArn, stateMachineArn, status, error, cause, stopDate } = parsed.data;
  const isGood = status === "SUCCEEDED" || status === "RUNNING";
  const since = stopDate == null ? event.time : new Date(stopDate).toISOString();
  return {
    id: executionArn,
    state: isGood ? "digest" : "problem",
    severity: isGood ? "info" : "warning",
    title: `An execution of ${stateMachineArn.split(":").at(-1)!} is ${status.toLowerCase().replace(/_/g, " ")}`,
    what: [...(error ? [`Error ${error}.`] : []), ...(cause ? [cause] : []), `Execution ${executionArn}.`],
    ...placed(event, since, context),
    atRisk: isGood ? null : "This run may have left no recovery point, or proved none; the next one runs as planned.",
    nextCommand: isGood
      ? null
      : `aws stepfunctions describe-execution --execution-arn ${shellQuote(executionArn)} --region ${shellQuote(event.region)}`,
  };
}

/** The alert of an event; undefined for one that is not known here. */
export function alertFromEvent(event: BusEvent, context: AlertContext): Alert | undefined {
  if (event["detail-type"] === "ECS Task State Change") return fromTask(event, context);
  if (event["detail-type"] === "Step Functions Execution Status Change") return fromExecution(event, context);
  return undefined;
}
