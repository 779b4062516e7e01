/**
 * Previews one of the examples beside this file: `pulumi preview --config rule=aws-s3-bucket-encryption`. Each keeps to
 * every rule but the one that it is named for. Nothing here is meant to be deployed.
 */
import { readdirSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

const rule = new pulumi.Config().require("rule");
const rules = readdirSync(__dirname)
  .map((file) => file.replace(/(\.d)?\.[jt]s$/, ""))
  .filter((name) => name.includes("-"));
if (!rules.includes(rule)) {
  throw new pulumi.RunError(`there is no example "${rule}"; there are ${[...new Set(rules)].join(", ")}`);
}
// eslint-disable-next-line @typescript-eslint/no-require-imports -- which one is known only now
require(`./${rule}`);
