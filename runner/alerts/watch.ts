import type { Alert, AlertChannel } from "../alertContract";
import { isDatabaseName } from "../contract";
import { messageOf, problemsError } from "../errors";
import type { SideCheck } from "../freshnessCheck";
import { writeWhole } from "../wholeFile";
import type { AlertContext } from "./alertContext";
import { channelNames } from "./channelConfig";
import { changesSince, endsOfUnwatched, isAllWell } from "./changes";
import { deliver, type DeliverDependencies, failuresOf } from "./deliver";
import { type AlertMemory, readMemory } from "./memory";

/** What watching needs. */
export interface WatchDependencies extends DeliverDependencies {
  /** Judges all sides; also the databases of these names, where it looks for names itself. */
  check: (knownNames: readonly string[]) => Promise<SideCheck[]>;
  /** Rings the dead-man's switch; absent: there is none. */
  ping?: (() => Promise<void>) | undefined;
  note: (text: string) => void;
}

/** How to watch. */
export interface WatchOptions {
  channels: readonly AlertChannel[];
  context: AlertContext;
  stateFile: string;
  remindHours: number;
}

/** What one run came to. */
export interface Watched {
  judged: number;
  isAllWell: boolean;
  newAlerts: number;
}

/** Sends what is new and what is left from before; gives back what some channel still lacks. */
async function sendAll(
  alerts: readonly Alert[],
  outbox: AlertMemory["outbox"],
  channels: readonly AlertChannel[],
  dependencies: DeliverDependencies,
): Promise<{ outbox: AlertMemory["outbox"]; failures: string[] }> {
  // What is new on a matter goes before what was not delivered of it.
  const older = outbox.filter(({ alert }) => alerts.every(({ id }) => id !== alert.id));
  const jobs = [...older, ...alerts.map((alert) => ({ alert, channels: channelNames(channels) }))];
  const left: AlertMemory["outbox"] = [];
  const failures: string[] = [];
  for (const job of jobs) {
    const deliveries = await deliver(job.alert, channels, dependencies, (name) => job.channels.includes(name));
    const failed = deliveries.filter(({ failure }) => failure !== undefined).map(({ channel }) => channel);
    if (failed.length > 0) left.push({ alert: job.alert, channels: failed });
    failures.push(...failuresOf(deliveries));
  }
  return { outbox: left, failures: [...new Set(failures)] };
}

/**
 * Judges once, tells every channel what changed since the last run, and rings the dead-man's switch if all is well and told.
 *
 * @throws StageError `undelivered` with every failure; what is left is in the state file, for the next run
 */
export async function watch(dependencies: WatchDependencies, options: WatchOptions): Promise<Watched> {
  const { channels, context, stateFile, remindHours } = options;
  const { memory, isDamaged } = await readMemory(stateFile);
  if (isDamaged) {
    dependencies.note(`alert: ${stateFile} can't be understood: every problem counts as new, and it is written anew`);
  }
  const names = new Set(Object.values(memory.entries).map(({ database }) => database));
  const checks = await dependencies.check([...names].filter(isDatabaseName));
  const now = dependencies.clock();
  const { alerts, entries } = changesSince(memory, checks, context, { now, remindHours });
  const ends = endsOfUnwatched(memory, entries, context, now);
  const { outbox, failures } = await sendAll([...alerts, ...ends], memory.outbox, channels, dependencies);
  const next: AlertMemory = { version: 1, entries, outbox };
  await writeWhole("alert", stateFile, `${JSON.stringify(next, null, 2)}\n`, 0o600);
  const isWell = isAllWell(checks);
  // A switch that nobody rings is the one alarm left when the channels are broken.
  if (isWell && failures.length === 0) {
    await dependencies.ping?.().catch((error: unknown) => failures.push(messageOf(error)));
  }
  if (failures.length > 0) throw problemsError("alert", "undelivered", failures);
  const judged = checks.reduce((sum, { judgements }) => sum + judgements.length, 0);
  return { judged, isAllWell: isWell, newAlerts: alerts.length };
}
