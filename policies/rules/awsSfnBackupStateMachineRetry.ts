import { backupWorkloadsOf } from "../backupWorkloads";
import { iso27001, type StackRule } from "../definition";
import { taskStatesOf } from "../taskStates";
import { at, listAt, UNKNOWN } from "../unknowns";

/**
 * Refuses state machines of a backup with a Task state that is given up at the first error: capacity, throttling and a
 * lost connection pass, and must not cost the night's backup.
 *
 * Severity medium. Every Task state must have a Retry with at least one attempt, for whichever errors: what is repeated
 * is the machine's to say, and a dump that failed by itself better is not. States inside of Map and Parallel are judged
 * too. See `BackupWorkloads` for which machines are a backup's. A definition that is not known is noted and judged at the
 * update; one in S3, or with substitutions that make it no JSON, is noted and not judged.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export const awsSfnBackupStateMachineRetry: StackRule = {
  name: "aws-sfn-backup-state-machine-retry",
  displayName: "State machines of backups retry",
  description: "Every Task state of a state machine that runs backups must have a Retry.",
  severity: "medium",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps:
    "Give each Task state a Retry for what passes by itself: ECS.AmazonECSException, Lambda.ServiceException, Lambda.TooManyRequestsException.",
  url: "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
  judges: ["stateMachine"],
  judgeStack: (stack, verdict) => {
    const workloads = backupWorkloadsOf(stack);
    for (const machine of stack.ofConcept("stateMachine")) {
      if (!workloads.isOfBackup(machine)) continue;
      const { props, label } = machine;
      const tasks = taskStatesOf(at(props, "definition") ?? at(props, "definitionString"));
      if (tasks === UNKNOWN) {
        verdict.unknown(machine, `${label}: its definition is not known yet; its retries are judged at the update.`);
      } else if (tasks === undefined) {
        verdict.note(machine, `${label}: its definition cannot be read as JSON; its retries were not judged.`);
      } else {
        const without = tasks.filter(({ state }) => !retries(state)).map(({ name }) => `"${name}"`);
        if (without.length === 0) continue;
        verdict.violation(
          machine,
          `${label} runs backups: Task states must retry, but there is no Retry on ${without.join(", ")}; add one for errors that pass by themselves.`,
        );
      }
    }
  },
};

function retries(state: object): boolean {
  const retriers = listAt(state, "Retry");
  return retriers === UNKNOWN || retriers.some((retrier) => at(retrier, "MaxAttempts") !== 0);
}
