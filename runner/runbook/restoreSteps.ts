import type { RunbookFacts, RunbookSide } from "./facts";
import { type Block, command, step, text, warning } from "./page";
import { databaseLine, databaseNames, known, placeLine } from "./words";

/** Signing in as the role that may read backups and change nothing. */
export function becomeRestorer(side: RunbookSide, variable = "RESTORER_ROLE_ARN"): Block[] {
  const arn = known(side.restorerRoleArn, variable);
  return [
    step("Become the restorer, a role that reads backups and changes nothing."),
    ...(side.restorerRoleArn === null
      ? [
          text(`This page does not know the role. An administrator finds it so, and sets \`${variable}\`:`),
          command(`aws iam list-roles --query "Roles[?contains(RoleName, 'restorer')].Arn" --output text`),
        ]
      : []),
    command(
      [
        `aws configure set profile.restorer.role_arn ${arn}`,
        // In a shell that is the restorer's already, the profile would become its own source, and no sign-in would work again.
        `[ "\${AWS_PROFILE-}" = restorer ] || aws configure set profile.restorer.source_profile "\${AWS_PROFILE:-default}"`,
        `export AWS_PROFILE=restorer AWS_REGION=${side.region} AWS_STS_REGIONAL_ENDPOINTS=regional`,
      ].join("\n"),
    ),
    text("The answer's `Arn` must name that role; if it does not, stop and ask an administrator to let you assume it:"),
    command("aws sts get-caller-identity"),
  ];
}

/** Leaving the restorer's role, in a shell that took it: for what only the person's own credentials may do. */
export function becomeYourself(): Block[] {
  return [
    text("The restorer may not do what follows. If this shell is the restorer's, this makes it yours again:"),
    command(`[ "\${AWS_PROFILE-}" != restorer ] || AWS_PROFILE=$(aws configure get profile.restorer.source_profile)`),
  ];
}

/** Choosing a database and a side. */
export function chooseDatabase(facts: RunbookFacts, side: RunbookSide): Block[] {
  const several = facts.databases.length > 1 ? ` One of ${databaseNames(facts)}.` : "";
  return [
    step(`Say which database, and where to read from.${several}`),
    command(`${databaseLine(facts)} ${placeLine(side)}`),
  ];
}

/** Keys of the database's manifests by time. They sort by tier, so the ids, which begin with the time, are put in front. */
const KEYS = `aws s3api list-objects-v2 --bucket "$BUCKET" --region "$REGION" --prefix manifests/ --query 'Contents[].[Key]' --output text | awk -F/ -v database="$DATABASE" -v before="\${BEFORE:-9}" '$3 == database && $NF < before { print $NF, $0 }' | sort | cut -d' ' -f2`;

/**
 * Finding a point and its manifest.
 * @param isBefore whether the last one before some moment is wanted, instead of the newest
 */
export function choosePoint(what: string, isBefore = false): Block[] {
  return [
    step(`List its recovery points; the time in a name is when it was taken, in UTC. ${what}`),
    ...(isBefore
      ? [
          text(
            "Set `BEFORE` to that moment, written as in the names (`BEFORE=20261120T0215`): what is younger is left out.",
          ),
        ]
      : []),
    command(`${KEYS} | tail -20`),
    command(`MANIFEST_KEY=$(${KEYS} | tail -1) && echo "\${MANIFEST_KEY:?}"`),
    step("Fetch its manifest. Of its versions the oldest is the true one; another version, or a marker, is tampering."),
    command(
      `VERSION=$(aws s3api list-object-versions --bucket "$BUCKET" --region "$REGION" --prefix "$MANIFEST_KEY" --query 'sort_by(Versions, &LastModified)[0].VersionId' --output text) && echo "$VERSION"`,
    ),
    command(
      `aws s3api get-object --bucket "$BUCKET" --region "$REGION" --key "$MANIFEST_KEY" --version-id "$VERSION" manifest.json`,
    ),
  ];
}

/** Restoring a point into a new database. */
export function restoreAs(facts: RunbookFacts, suffix: string): Block[] {
  const points = facts.databases.flatMap(({ newest }) =>
    [newest.primary, newest.replica].flatMap((finding) => (finding && "point" in finding ? [finding.point] : [])),
  );
  const isEncrypted = points.some((point) => (point?.recipients.length ?? 0) > 0);
  const identity = 'AGE_IDENTITY="${AGE_IDENTITY:?}" ';
  return [
    step("Let it write its own commands, and read them: the first lines name the tools and versions they need."),
    command(
      `jq -r '.restoreCommands[]' manifest.json | sed "s/^BUCKET=.*/BUCKET=$BUCKET REGION=$REGION/" > restore.sh && cat restore.sh`,
    ),
    step("Name the server to restore into, in libpq's variables: `PGHOST`, `PGUSER`, `PGPASSWORD`. This must answer:"),
    command("psql --no-psqlrc --dbname=postgres --command='SELECT version()'"),
    step(
      isEncrypted
        ? "Restore. Points are encrypted: set `AGE_IDENTITY` to the file of a private key first. No existing database is touched."
        : "Restore. No existing database is touched.",
    ),
    command(`${isEncrypted ? identity : ""}MANIFEST=manifest.json RESTORE_TO="\${DATABASE}${suffix}" sh -e restore.sh`),
    warning(
      "If it stops in the middle, the new database is incomplete. Drop it with `dropdb` and start this step again; never use it as it is.",
    ),
    step("Bring the planner's statistics up to date; without them queries are slow for hours."),
    command(`vacuumdb --analyze-only --jobs=4 --dbname="\${DATABASE}${suffix}"`),
    step("Compare its tables with what the manifest counted: first what was there, then what is there."),
    command(`jq -r '.tables[] | "\\(.schema).\\(.name) \\(.rowEstimate)"' manifest.json | sort`),
    command(
      `psql --no-psqlrc --tuples-only --no-align --field-separator=' ' --dbname="\${DATABASE}${suffix}" --command="SELECT schemaname || '.' || relname, n_live_tup FROM pg_stat_user_tables ORDER BY 1"`,
    ),
  ];
}

/** The same in one line, where this tool can be had. */
export function withTool(facts: RunbookFacts, suffix: string, side: "primary" | "replica", options = ""): Block[] {
  const name = facts.databases[0]?.name;
  const from = side === "replica" && facts.replica ? facts.replica : facts.primary;
  const place =
    side === "replica"
      ? `--side replica --replica-bucket ${from.bucket} --replica-region ${from.region}`
      : `--bucket ${from.bucket} --region ${from.region}`;
  const target = name === undefined ? `"\${DATABASE:?}${suffix}"` : `${name}${suffix}`;
  return [
    text("If `backup321` is at hand, this one line does all of the steps from the third on, and checks every byte:"),
    command(`backup321 restore ${target} --database ${name ?? '"${DATABASE:?}"'} ${place}${options}`),
  ];
}
