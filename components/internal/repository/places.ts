import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupRepositoryArgs } from "../../backupRepositoryArgs";
import { type Account, accountOf, adminsOrThrow, deployerArn } from "../account";
import { sameRegionProblem } from "./repositoryProblems";
import { refuseProblems } from "../validate";

/** Where one side of a repository is, and who administers it. */
export interface Place {
  account: Account;
  /** For regional children; undefined leaves it to the provider. */
  region?: string;
  provider?: aws.Provider;
  /** Region by name, in any case. */
  regionName: pulumi.Output<string>;
  adminPrincipalArns: pulumi.Output<string[]>;
}

/** Problem of a provider that was given for another account and reaches the same. */
function sameAccountProblem(accountId: string): string {
  return (
    "replicaProvider and replicaAssumeRole are for a replica in another account, both sides are in " +
    `${accountId}; leave them out, replicaRegion alone places the replica`
  );
}

/**
 * Looks up where both sides are. Account, partition and region come from each side's own provider, and the administrators of each are
 * checked against the identity that deploys there.
 *
 * @param replicaProvider of another account; undefined when both sides share one
 */
export function placesOf(
  parent: pulumi.Resource,
  name: string,
  args: BackupRepositoryArgs,
  replicaProvider: aws.Provider | undefined,
): { primary: Place; replica: Place } {
  const refuse = (problem: string): void => refuseProblems("BackupRepository", name, [problem]);
  const label = `BackupRepository "${name}"`;
  const account = accountOf(parent);
  // The provider's region may be known only now, from its own settings or the environment.
  const regionName = account.region.apply((region) => {
    if (region === args.replicaRegion) refuse(sameRegionProblem(region));
    return region;
  });
  const adminsOf = (
    argument: "adminPrincipalArns" | "replicaAdminPrincipalArns",
    deployer: pulumi.Output<string>,
    after: pulumi.Output<unknown>,
  ) => pulumi.all([deployer, after]).apply(([arn]) => adminsOrThrow(label, argument, args[argument], arn));
  const deployer = deployerArn(parent);
  const adminPrincipalArns = adminsOf("adminPrincipalArns", deployer, regionName);
  const primary: Place = { account, regionName, adminPrincipalArns };
  const there = { region: args.replicaRegion, regionName: pulumi.output(args.replicaRegion) };

  if (!replicaProvider) {
    const own = args.replicaAdminPrincipalArns && adminsOf("replicaAdminPrincipalArns", deployer, adminPrincipalArns);
    return { primary, replica: { ...there, account, adminPrincipalArns: own ?? adminPrincipalArns } };
  }
  const other = accountOf(parent, replicaProvider);
  const accountId = pulumi.all([account.accountId, other.accountId]).apply(([here, id]) => {
    if (here === id) refuse(sameAccountProblem(id));
    return id;
  });
  const replicaAdmins = adminsOf("replicaAdminPrincipalArns", deployerArn(parent, replicaProvider), accountId);
  return {
    primary,
    replica: {
      ...there,
      provider: replicaProvider,
      account: { ...other, accountId },
      adminPrincipalArns: replicaAdmins,
    },
  };
}
