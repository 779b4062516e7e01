import { type Stage, type StageOptions, startStage } from "../../runner/stream/childStage";

/** A shell script as a stage: a real process that fails, hangs or lies as told. Without input, its output read by the test. */
export function shellStage(script: string, options: Partial<Omit<StageOptions, "command" | "args">> = {}): Stage {
  return startStage({
    stage: "dump",
    exit: "dump",
    env: { PATH: process.env.PATH! },
    stdin: "ignore",
    stdout: "pipe",
    ...options,
    command: "sh",
    args: ["-c", script],
  });
}

/** A shell script that takes what a restore gives it. */
export function consumerStage(script: string, stdout: StageOptions["stdout"] = "pipe"): Stage {
  return shellStage(script, { stage: "consumer", exit: "restore", stdin: "pipe", stdout });
}

/** All that a stage says. */
export async function textOf(stage: Stage): Promise<string> {
  let text = "";
  for await (const chunk of stage.stdout!) text += String(chunk);
  return text.trim();
}

/** Every test of the file, of whatever failure, must leave no process behind: it waits for the last one to go, and fails if it stays. */
export function leavingNoProcess(): void {
  const children = () => process.getActiveResourcesInfo().filter((resource) => resource === "ProcessWrap").length;
  const before = children();
  afterEach(async () => {
    while (children() > before) await new Promise((resolve) => setTimeout(resolve, 10));
  });
}
