import type { RunbookFacts } from "../facts";
import { type Block, command, list, type Section, step, text, warning } from "../page";
import { becomeRestorer, becomeYourself, chooseDatabase, choosePoint, restoreAs } from "../restoreSteps";
import { known, longestRestore } from "../words";

const roleName = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);
const accountIn = (arn: string | null | undefined): string | undefined => arn?.split(":")[4];

/** Roles whose commands are written out; the rest is done alike. */
const SHOWN_ROLES = 10;
const STOP_POLICY = "StopBackups";
/** Without a condition: one on the age of sessions would let the next scheduled backup through. */
const STOP = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`;

/** One command of `aws iam` for the stop policy, for each role that adds backups. */
function ofEachDumpRole({ dumpRoleArns }: RunbookFacts, action: string, rest = ""): Block[] {
  const names = dumpRoleArns.length === 0 ? [known(null, "ROLE")] : dumpRoleArns.map(roleName);
  const more = names.length - SHOWN_ROLES;
  return [
    ...names
      .slice(0, SHOWN_ROLES)
      .map((name) => command(`aws iam ${action} --role-name ${name} --policy-name ${STOP_POLICY}${rest}`)),
    ...(more > 0 ? [text(`And the other ${more} alike.`)] : []),
  ];
}

/** Somebody has credentials that they should not have. */
export function compromisedAccount(facts: RunbookFacts): Section {
  const side = facts.replica ?? facts.primary;
  const [here, there] = [accountIn(facts.primary.restorerRoleArn), accountIn(facts.replica?.restorerRoleArn)];
  const isApart = here !== undefined && there !== undefined && here !== there;
  const lock =
    facts.lockMode === "COMPLIANCE"
      ? "The lock mode is COMPLIANCE: until a lock ends nobody can delete what it holds, root included."
      : facts.lockMode === "GOVERNANCE"
        ? "The lock mode is GOVERNANCE: only administrators named in the bucket policy can lift a lock. If theirs are the stolen credentials, hurry with the second step."
        : "The lock mode is not known to this page; `aws s3api get-object-lock-configuration` shows it.";
  return {
    id: "compromised-account",
    title: "The account is compromised",
    when: "credentials were stolen, data was encrypted or deleted on purpose",
    takes: `an hour to contain; then ${longestRestore(facts)}`,
    blocks: [
      warning("Change nothing in the buckets, and don't run `pulumi destroy`. Write down every time (UTC)."),
      text(lock),
      text(
        isApart
          ? `The replica is in another account (${there}). Work there, with credentials that the first account never held.`
          : "Work from a computer and with credentials that the attacker can't have seen.",
      ),
      step(
        "Forbid everything to the roles that add backups, in sessions that run and in new ones. What is locked stays; new backups stop until you lift this in the last step.",
      ),
      ...becomeYourself(),
      ...(facts.dumpRoleArns.length === 0
        ? [
            text("This page does not know the roles. List those of the stack, and set `ROLE` to each in turn:"),
            command(`aws iam list-roles --query "Roles[?contains(RoleName, 'dump')].RoleName" --output text`),
          ]
        : []),
      ...ofEachDumpRole(facts, "put-role-policy", ` --policy-document '${STOP}'`),
      step(
        "Take away the stolen credentials themselves (access keys, sessions, the identity provider), and ask AWS Support for help.",
      ),
      step(
        "See that no key waits for its deletion. `PendingDeletion` is an attack on every backup: cancel it at once, as under `A key is lost`.",
      ),
      ...[facts.primary, ...(facts.replica ? [facts.replica] : [])].map(({ bucket, region }) =>
        command(
          `aws kms describe-key --region ${region} --key-id "$(aws s3api get-bucket-encryption --region ${region} --bucket ${bucket} --query 'ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID' --output text)" --query 'KeyMetadata.[KeyState,DeletionDate]' --output text`,
        ),
      ),
      step(
        "Look for tampering. Delete markers hide backups and delete nothing; a second version of a manifest is forged.",
      ),
      ...becomeRestorer(side, facts.replica ? "REPLICA_RESTORER_ROLE_ARN" : undefined),
      command(
        `aws s3api list-object-versions --bucket ${side.bucket} --region ${side.region} --prefix manifests/ --query 'DeleteMarkers[].[LastModified,Key]' --output text`,
      ),
      command(
        `aws s3api list-object-versions --bucket ${side.bucket} --region ${side.region} --prefix manifests/ --query 'Versions[].[Key]' --output text | sort | uniq -d`,
      ),
      ...chooseDatabase(facts, side),
      ...choosePoint(
        "Take the last one before the first sign of the attack, not the newest. If markers hide it, list with `list-object-versions` in place of `list-objects-v2`, and `Versions` in place of `Contents`.",
        true,
      ),
      text("Restore into a clean account, with new credentials everywhere:"),
      ...restoreAs(facts, "_clean"),
      step("Before anything connects to it, look for what the attacker left in the data:"),
      list(
        "roles and their memberships (`\\du`), new superusers",
        "functions, triggers, event triggers, extensions and foreign servers that nobody knows",
      ),
      step(
        "When nothing stolen works any more, lift what the first step forbade. Until then there are no new backups.",
      ),
      ...becomeYourself(),
      ...ofEachDumpRole(facts, "delete-role-policy"),
    ],
  };
}
