import { Command } from "commander";
import { StageError } from "../errors";
import { STACK_KEYS } from "../stackSettings";
import type { CliContext } from "./context";
import { json } from "./format";
import { withSourceOptions } from "./options";
import { CONFIG_FILE } from "./stackSource";

/** `backup321 config` */
export function configCommand(context: CliContext): Command {
  const command = new Command("config")
    .description("print what is known of the stack, as a configuration file")
    .option("--json", "as it is in any case: JSON")
    .addHelpText(
      "after",
      `
What it prints can be saved as ${CONFIG_FILE}, so that the other commands work without pulumi, also on the day on which its state
can't be reached. It holds names and ARNs, no secret. Its settings: ${STACK_KEYS.join(", ")}.

Example:
  backup321 config --stack prod > ${CONFIG_FILE}`,
    );
  return withSourceOptions(command).action(() => {
    const { stack } = context;
    if (stack !== undefined) return context.out(json(stack));
    const fix = `give --stack or --config, or write a ${CONFIG_FILE}`;
    throw new StageError("configuration", "usage", `no stack and no configuration file is named; ${fix}`);
  });
}
