/** What processes use, as Linux counts it in /proc. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { run } from "../../test/support/processes";

/** @throws Error where there is no /proc: memory and CPU of processes can't be had otherwise */
export function requireProc(): void {
  if (!existsSync("/proc/self/status")) throw new Error("bench: there is no /proc here; run the benches on Linux");
}

/** Peak memory of the processes of one group. */
export interface GroupMemory {
  /** Name → peak of the largest process of that name, in MiB. */
  largestMiB: Map<string, number>;
  /** Peak of the sum over all of them, in MiB; what they share is counted in each. */
  allMiB: number;
}

const SAMPLE_MS = 100;

/** Memory of one process in KiB: now, and its peak. undefined when it has ended. */
export function memoryOf(pid: number): { name: string; nowKiB: number; peakKiB: number } | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return undefined; // ended since it was listed
  }
  const kib = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
  const peakKiB = kib("VmHWM");
  // One that is ending has no memory any more.
  if (peakKiB === 0) return undefined;
  return { name: /^Name:\t(.*)$/m.exec(status)![1]!, nowKiB: kib("VmRSS"), peakKiB };
}

/** Fields of /proc/<pid>/stat after the name, which may hold anything; index 0 is the state. undefined when it has ended. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

const pids = (): number[] => readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

/** Watches a process group, without its leader (a shell), until `stop`. */
export function watchGroup(leader: number): { stop: () => GroupMemory } {
  const largestMiB = new Map<string, number>();
  const strangers = new Set<number>();
  let allMiB = 0;
  const look = (): void => {
    let sum = 0;
    for (const pid of pids()) {
      if (pid === leader || strangers.has(pid)) continue;
      if (Number(statOf(pid)?.[2]) !== leader) {
        strangers.add(pid);
        continue;
      }
      const memory = memoryOf(pid);
      if (memory === undefined) continue;
      sum += memory.nowKiB / 1024;
      largestMiB.set(memory.name, Math.max(largestMiB.get(memory.name) ?? 0, memory.peakKiB / 1024));
    }
    allMiB = Math.max(allMiB, sum);
  };
  const timer = setInterval(look, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return { largestMiB, allMiB };
    },
  };
}

let ticksPerSecond: number | undefined;

/** CPU seconds of a server so far: its first process, the children that ended, and those that live. */
export function serverCpuSeconds(parent: number): number {
  ticksPerSecond ??= Number(run("bench", "getconf", ["CLK_TCK"]));
  let ticks = 0;
  for (const pid of pids()) {
    const stat = statOf(pid);
    if (stat === undefined) continue;
    const [user, system, childrenUser, childrenSystem] = stat.slice(11, 15).map(Number) as [
      number,
      number,
      number,
      number,
    ];
    if (pid === parent) ticks += user + system + childrenUser + childrenSystem;
    else if (Number(stat[1]) === parent) ticks += user + system;
  }
  return ticks / ticksPerSecond;
}
