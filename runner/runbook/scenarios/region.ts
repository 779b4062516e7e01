import type { RunbookFacts } from "../facts";
import { command, list, type Section, step, text, warning } from "../page";
import { becomeRestorer, becomeYourself, chooseDatabase, choosePoint, restoreAs, withTool } from "../restoreSteps";
import { longestRestore } from "../words";
import { takeOver } from "./database";

/** The primary's region does not answer. */
export function lostRegion(facts: RunbookFacts): Section {
  const { primary, replica } = facts;
  const shared = {
    id: "lost-region",
    title: `The region ${primary.region} is lost`,
    when: "nothing in that region answers, the primary bucket included",
  };
  if (replica === null) {
    return {
      ...shared,
      takes: "not possible yet",
      blocks: [
        warning(
          "This page knows no replica. If there is one, its bucket holds the same keys under the same version ids.",
        ),
        text("Find a bucket of the stack in another region, and follow `A database or its server is lost` with it:"),
        command("aws s3api list-buckets --query 'Buckets[].Name' --output text"),
      ],
    };
  }
  return {
    ...shared,
    takes: longestRestore(facts),
    blocks: [
      text(
        `Everything is in \`${replica.bucket}\` (${replica.region}) under the same keys and version ids, up to what was copied before the loss: usually all but the last minutes.`,
      ),
      text("Nothing below needs the lost region. Its alarms are silent; those of the replica go on."),
      ...withTool(facts, "_restored", "replica"),
      ...becomeRestorer(replica, "REPLICA_RESTORER_ROLE_ARN"),
      ...chooseDatabase(facts, replica),
      ...choosePoint(
        "Take the newest; if a later step finds data missing, its copy had not arrived: take the one before.",
      ),
      step(`Start a server of the same major version in ${replica.region}, and continue there.`),
      ...restoreAs(facts, "_restored"),
      ...takeOver(),
      step(
        "Protect the new place: a stack with its own primary here and its replica in a third region. Until that stands, there are no backups:",
      ),
      list(
        "change `replicaRegion`, the provider's region and the network in the stack's configuration, under a new stack name",
        "keep the old buckets; their locks hold without anybody",
      ),
      ...becomeYourself(),
      command("pulumi up"),
    ],
  };
}
