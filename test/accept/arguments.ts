import { parseArgs } from "node:util";

export const USAGE = "npm run accept:aws -- --i-accept-costs --region <a> --replica-region <b> [--json]";

export interface Arguments {
  region: string;
  replicaRegion: string;
  json: boolean;
}

/** Arguments, or every reason not to start. */
export function readArguments(argv: string[]): Arguments | string {
  let values;
  try {
    ({ values } = parseArgs({
      args: argv,
      options: {
        "i-accept-costs": { type: "boolean", default: false },
        region: { type: "string" },
        "replica-region": { type: "string" },
        json: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    return `accept: ${(error as Error).message}`;
  }
  const { region, "replica-region": replicaRegion, json } = values;
  const problems = [
    ...(values["i-accept-costs"]
      ? []
      : ["--i-accept-costs is missing: buckets, keys and requests on a real account cost some cents"]),
    ...(region ? [] : ["--region is missing: where the primary is made"]),
    ...(replicaRegion ? [] : ["--replica-region is missing: where the replica is made"]),
    ...(region && region === replicaRegion ? [`--replica-region must differ from --region, both are ${region}`] : []),
  ];
  return problems.length > 0
    ? `accept: ${problems.join("\naccept: ")}`
    : { region: region!, replicaRegion: replicaRegion!, json };
}
