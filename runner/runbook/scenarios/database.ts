import type { RunbookFacts } from "../facts";
import { type Block, command, type Section, step, text } from "../page";
import { becomeRestorer, becomeYourself, chooseDatabase, choosePoint, restoreAs, withTool } from "../restoreSteps";
import { known, longestRestore } from "../words";

const RESTORED = "_restored";

/** Putting the restored database into service. */
export function takeOver(): Block[] {
  return [
    step(
      "Roles, tablespaces and settings of the database live outside of it. The remarks in `restore.sh` show how to apply them.",
    ),
    command("grep -n -A4 'roles and tablespaces' restore.sh"),
    step("Point the application at the restored database, or rename it, while nobody is connected."),
    command(
      `psql --no-psqlrc --dbname=postgres --command="ALTER DATABASE \\"\${DATABASE}${RESTORED}\\" RENAME TO \\"\${LIVE:?}\\""`,
    ),
  ];
}

/** Starting a backup by hand. */
export function backUpNow(facts: RunbookFacts): Block[] {
  return [
    step("Back it up at once. If its address or password changed, change its secret in Secrets Manager first."),
    ...becomeYourself(),
    ...(facts.stateMachineArn === null
      ? [
          text("This page does not know the state machine. Find it so, and set `STATE_MACHINE_ARN`:"),
          command(
            `aws stepfunctions list-state-machines --region ${facts.primary.region} --query 'stateMachines[].stateMachineArn' --output text`,
          ),
        ]
      : []),
    command(
      `aws stepfunctions start-execution --region ${facts.primary.region} --state-machine-arn ${known(facts.stateMachineArn, "STATE_MACHINE_ARN")} --input '{}'`,
    ),
  ];
}

/** The database or its server is gone. */
export function lostDatabase(facts: RunbookFacts): Section {
  return {
    id: "lost-database",
    title: "A database or its server is lost",
    when: "nothing answers, the disk is gone, the instance was deleted",
    takes: longestRestore(facts),
    blocks: [
      text(
        "The newest point goes into a new database, on a new server or on the old one. The primary bucket is nearest.",
      ),
      ...withTool(facts, RESTORED, "primary"),
      ...becomeRestorer(facts.primary),
      ...chooseDatabase(facts, facts.primary),
      ...choosePoint("Take the newest."),
      ...restoreAs(facts, RESTORED),
      ...takeOver(),
      ...backUpNow(facts),
    ],
  };
}
