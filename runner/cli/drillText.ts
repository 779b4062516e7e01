import type { DrillEvent } from "../drill";
import { hasRestored, recoverySeconds } from "../drill/record";
import type { DrillRecord } from "../drillContract";
import type { CliContext } from "./context";
import { humanBytes, humanSeconds, humanTime } from "./format";
import type { ByteProgress } from "./progress";

/** A record for people. */
export function drillText(record: DrillRecord, key: string | null): string {
  const { recoveryPoint: point, source, versions, checks } = record;
  const what =
    point === null
      ? "no recovery point"
      : `${point.id} (${point.tier}, taken ${humanTime(new Date(point.takenAt))} UTC, ${humanBytes(point.storedBytes)} stored)`;
  const server = versions.server === null ? "" : ` into PostgreSQL ${versions.server}`;
  return [
    `drill of "${record.database}" ${record.verdict.toUpperCase()}`,
    `${what} from the ${source.side} "${source.bucket}" (${source.region})${server}`,
    ...checks.map(({ name, passed, detail }) => `  ${passed ? "ok    " : "FAILED"} ${name}: ${detail}`),
    ...(hasRestored(record)
      ? [`restored in ${humanSeconds(recoverySeconds(record))}, all in ${humanSeconds(record.seconds.total)}`]
      : []),
    ...(record.decryption === "notEncrypted"
      ? []
      : [`decryption: ${record.decryption === "proven" ? "proven" : "NOT PROVEN"}`]),
    ...record.leftOut.map((left) => `left out: ${left}`),
    key === null ? "NOT recorded: this is no evidence" : `recorded as ${key}`,
  ].join("\n");
}

/** Tells people how a drill goes. */
export function drillProgress(context: CliContext, progress: ByteProgress): (event: DrillEvent) => void {
  return (event) => {
    switch (event.event) {
      case "server":
        return context.note(`a server of PostgreSQL ${event.serverVersion} is ready`);
      case "preflight":
        return context.note(`restoring ${event.recoveryPointId}: ${humanBytes(event.storedBytes)} stored`);
      case "progress":
        return progress.update(event.readBytes, event.totalBytes);
      case "checking":
        return context.note("counting rows, comparing the schema, asking the assertions");
      case "rehearsing":
        return context.note("restoring into a newer major version");
      case "started":
      case "analyzing":
      case "renamed":
      case "finished":
        return progress.stop();
    }
  };
}
