import Table from "cli-table3";
import type { Reporter, StepResult } from "../console";
import { FAILURES } from "../failures";
import { Lab } from "../lab";
import type { Servers } from "../world";

/** 11: each silent failure is brought about, in a repository of its own; each must be caught by the check that is there for it. */
export async function injectFailures(servers: Servers, report: Reporter): Promise<StepResult<void>> {
  const lab = await Lab.open(servers);
  const table = new Table({ head: ["failure", "caught by", "after", "in a stack"], style: { head: [], border: [] } });
  const missed: string[] = [];
  const said: string[] = [];
  for (const failure of FAILURES) {
    report.now(failure.name);
    const own = await lab.fresh();
    const undo: (() => Promise<void>)[] = [];
    try {
      const { args, env, exitCode, says } = await failure.inject(own, (step) => undo.push(step));
      const since = Date.now();
      const { code, text } = await own.run(args, env);
      const seconds = ((Date.now() - since) / 1000).toFixed(1);
      if (code !== exitCode || !says.test(text))
        missed.push(`${failure.name}: backup321 ${args.join(" ")} ended with ${code}, expected ${exitCode}:\n${text}`);
      table.push([failure.name, failure.caughtBy, `${seconds} s`, failure.when]);
      said.push(`${failure.name}: exit code ${code}: ${says.exec(text)?.[0] ?? ""}`);
    } finally {
      for (const step of undo.reverse()) await step();
    }
  }
  if (missed.length > 0)
    throw new Error(`${missed.length} of ${FAILURES.length} failures were not caught:\n${missed.join("\n")}`);
  return {
    value: undefined,
    headline: `${FAILURES.length} of ${FAILURES.length} silent failures were caught`,
    details: [...table.toString().split("\n"), ...said],
  };
}
