import type { RunbookFacts, RunbookSide } from "../facts";
import { type Block, command, type Section, step, text, warning } from "../page";
import { becomeYourself } from "../restoreSteps";
import { known, longestRestore } from "../words";

function keyCommands(name: "primary" | "replica", side: RunbookSide): Block[] {
  const variable = name === "primary" ? "PRIMARY_KEY" : "REPLICA_KEY";
  const key = known(side.kmsKeyArn, variable);
  const find: Block[] =
    side.kmsKeyArn === null
      ? [
          command(
            `${variable}=$(aws s3api get-bucket-encryption --region ${side.region} --bucket ${side.bucket} --query 'ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID' --output text)`,
          ),
        ]
      : [];
  return [
    step(`The key of the ${name} (\`${side.bucket}\`): what state is it in?`),
    ...find,
    command(
      `aws kms describe-key --region ${side.region} --key-id ${key} --query 'KeyMetadata.[KeyState,DeletionDate]' --output text`,
    ),
    text(
      "`PendingDeletion`: cancel it, then enable it. `Disabled`: enable it. An administrator of the key has to do both.",
    ),
    command(`aws kms cancel-key-deletion --region ${side.region} --key-id ${key}`),
    command(`aws kms enable-key --region ${side.region} --key-id ${key}`),
  ];
}

/** A key of KMS or a private key of age is gone or shut. */
export function lostKey(facts: RunbookFacts): Section {
  const points = facts.databases.flatMap(({ name, newest }) => {
    const finding = newest.primary ?? newest.replica;
    return finding && "point" in finding && finding.point ? [{ name, ...finding.point }] : [];
  });
  const sealed = points.filter(({ recipients }) => recipients.length > 0);
  return {
    id: "lost-key",
    title: "A key is lost",
    when: "reading fails with `KMS.DisabledException`, `AccessDenied` on `kms:Decrypt`, or age finds no identity",
    takes: `minutes if the key can be had back; else a restore: ${longestRestore(facts)}`,
    blocks: [
      text(
        "Each side has its own key: what one can't open any more, the other can. A deleted KMS key can't be had back by anybody.",
      ),
      ...becomeYourself(),
      ...keyCommands("primary", facts.primary),
      ...(facts.replica ? keyCommands("replica", facts.replica) : []),
      step(
        facts.replica
          ? "The primary's key is gone for good: restore from the replica, as under `The region is lost`, and make a new primary."
          : "The key is gone for good: what it encrypted is gone. Look for a replica; this page knows none.",
      ),
      step(
        "The private key of age is lost. KMS does not help here: only who holds a private key of one of the recipients can open a point.",
      ),
      ...(sealed.length === 0
        ? [
            text(
              points.length === 0
                ? "This page has seen no point. A manifest names its recipients under `encryption`; without that entry none is needed."
                : "The newest points are not encrypted to age keys: this does not concern them.",
            ),
          ]
        : [
            {
              kind: "table" as const,
              head: ["Database", "Newest point", "Recipients, each of which alone opens it"],
              rows: sealed.map(({ name, id, recipients }) => [
                name,
                id,
                recipients.map((one) => `\`${one}\``).join(" "),
              ]),
            },
          ]),
      warning(
        "If no private key is left, encrypted points are lost. Make a new one now, put it into `ageRecipients`, keep it in two places, and back up at once.",
      ),
    ],
  };
}
