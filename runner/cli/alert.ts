import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { type Alert, ALERT_ENV, type AlertChannel } from "../alertContract";
import { type AlertContext, alertContext } from "../alerts/alertContext";
import { isAllWell } from "../alerts/changes";
import { channelNames, channelsOf } from "../alerts/channelConfig";
import { readChannelSecret, type SecretSource, secretSource } from "../alerts/channelSecrets";
import { deliver, type DeliverDependencies, failuresOf } from "../alerts/deliver";
import { digestOf, digestSide } from "../alerts/digest";
import { sendPing } from "../alerts/ping";
import { systemPost } from "../alerts/system";
import { testAlerts } from "../alerts/testAlert";
import { watch } from "../alerts/watch";
import { EnvReader } from "../config";
import { problemsError, StageError } from "../errors";
import { SIDES } from "../freshnessFacts";
import type { CliContext } from "./context";
import { json } from "./format";
import { environmentOf, orInterrupted, withRepositoryOptions } from "./options";
import { checkSides, readLimits, type StatusOptions } from "./status";

interface AlertOptions extends StatusOptions {
  channelsFile?: string;
  stateFile?: string;
  remindHours: string;
  pingUrlFile?: string;
  digest?: boolean;
  test?: boolean;
  json?: boolean;
}

/** What one run came to, for machines. Null: nothing was judged, or told by changes. */
interface AlertResult {
  action: "watch" | "digest" | "test";
  /** Those that it may tell, a test and a digest all of them. */
  channels: string[];
  judged: number | null;
  allSound: boolean | null;
  newAlerts: number | null;
}

interface AlertSettings {
  channels: AlertChannel[];
  context: AlertContext;
  ping: SecretSource | undefined;
  remindHours: number;
}

async function settingsOf(context: CliContext, options: AlertOptions): Promise<AlertSettings> {
  const env = { ...environmentOf(context.env, options) };
  if (options.channelsFile !== undefined) {
    try {
      env[ALERT_ENV.channels] = await readFile(options.channelsFile, "utf8");
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
      throw new StageError("alert", "usage", `--channels-file ${options.channelsFile} can't be read: ${code}`);
    }
  }
  const reader = new EnvReader({ ...env, remindHours: options.remindHours });
  const pingFile = options.pingUrlFile ?? reader.optional(ALERT_ENV.pingUrlFile);
  const ping = secretSource(pingFile === undefined ? reader.optional(ALERT_ENV.pingSecretArn) : undefined, pingFile);
  // A dead-man's switch alone is a way to watch; a test or a digest without a channel would reach nobody.
  const channels = channelsOf(reader, ping === undefined || options.digest === true || options.test === true);
  const remindHours = reader.integer("remindHours", { min: 1, max: 8_760, default: 24 });
  const problems = reader.problems.map((problem) => problem.replace(/^remindHours/, "--remind-hours"));
  if (options.side !== undefined && !SIDES.includes(options.side)) {
    problems.push(`--side must be ${SIDES.join(" or ")}, got "${String(options.side)}"`);
  }
  if (options.digest && options.test) problems.push("--digest and --test are two things; give one");
  if (options.stateFile === undefined && !options.digest && !options.test) {
    problems.push("--state-file is missing; name a file that lasts between runs, so that nothing is told twice");
  }
  if (problems.length > 0) throw problemsError("alert", "usage", problems);
  return { channels, context: alertContext(new EnvReader(env)), ping, remindHours };
}

async function sendNow(
  alerts: readonly Alert[],
  channels: AlertChannel[],
  sending: DeliverDependencies,
): Promise<void> {
  const failures: string[] = [];
  for (const alert of alerts) failures.push(...failuresOf(await deliver(alert, channels, sending)));
  if (failures.length > 0) throw problemsError("alert", "undelivered", [...new Set(failures)]);
}

/** `backup321 alert` */
export function alertCommand(context: CliContext): Command {
  const command = new Command("alert")
    .summary("judge like status, and tell people what changed")
    .description("judge like `status`, and tell chat, pager or webhook what changed since the last run")
    .option("--channels-file <file>", `JSON array of channels (default: the text of $${ALERT_ENV.channels})`)
    .option("--state-file <file>", "what was told already; keep it between runs")
    .option("--remind-hours <hours>", "tell a problem that lasts again after so long", "24")
    .option("--ping-url-file <file>", `URL to get when all is well (default: $${ALERT_ENV.pingUrlFile})`)
    .option("--digest", "send a summary, whatever the state; uses no state file")
    .option("--test", "send one test alert to every channel, and judge nothing")
    .option("--json", "print JSON instead of a sentence")
    .option("--database <names>", "databases, separated by commas (default: all in the repository)")
    .option("--side <side>", "only this side: primary or replica (default: both, if a replica is named)")
    .option("--rpo-minutes <minutes>", "largest tolerable age, as in `status`")
    .option("--drill-interval-days <days>", "days between restore drills, as in `status`")
    .option("--doctor-interval-days <days>", "days between runs of the doctor, as in `status`")
    .addHelpText(
      "after",
      `
Run it by a timer, every 15 minutes or so, one run at a time. Exit code 0 when everybody was told, whatever it was; 11 when a
channel or the ping could not be reached: what is left is sent by the next run. docs/alerts.md shows how to set up each channel.

Examples:
  backup321 alert --channels-file channels.json --test
  backup321 alert --channels-file channels.json --state-file alerts.json --ping-url-file ping-url`,
    );
  return withRepositoryOptions(command).action(async (options: AlertOptions) => {
    const settings = await settingsOf(context, options);
    const sending = { ...systemPost, clock: context.clock, signal: context.signal, readSecret: readChannelSecret };
    const { channels, ping, remindHours } = settings;
    const names = channelNames(channels);
    const tell = (text: string, result: Omit<AlertResult, "channels">) =>
      context.out(options.json ? json({ ...result, channels: names }) : text);
    if (options.test) {
      await sendNow(testAlerts(settings.context, context.clock()), channels, sending);
      tell(`sent to ${names.join(", ")}`, { action: "test", judged: null, allSound: null, newAlerts: null });
      return;
    }
    const limits = readLimits(context, options);
    const check = (known: readonly string[]) => orInterrupted(context, checkSides(context, options, limits, known));
    if (options.digest) {
      const checks = await check([]);
      await sendNow([digestOf(checks.map(digestSide), settings.context, context.clock())], channels, sending);
      const judged = checks.reduce((sum, { judgements }) => sum + judgements.length, 0);
      const result = { action: "digest" as const, judged, allSound: isAllWell(checks), newAlerts: null };
      tell(`digest sent to ${names.join(", ")}`, result);
      return;
    }
    const ring = ping && (async () => sendPing(await readChannelSecret(ping), context.signal));
    const watched = await watch(
      { ...sending, check, ping: ring, note: context.note },
      { channels, context: settings.context, stateFile: options.stateFile!, remindHours },
    );
    const { judged, isAllWell: allSound, newAlerts } = watched;
    const text = `${judged} judged, ${allSound ? "all sound" : "not all sound"}; ${newAlerts} new alerts`;
    tell(text, { action: "watch", judged, allSound, newAlerts });
  });
}
