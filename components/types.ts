import type * as pulumi from "@pulumi/pulumi";
import { ObjectLockMode, Tier } from "../runner/contract";

export { ObjectLockMode, Tier };

/** CPU architecture of the Fargate tasks. The image must be built for it; a mismatch shows only when the task starts. */
export enum CpuArchitecture {
  Arm64 = "ARM64",
  X86_64 = "X86_64",
}

/** libpq's `sslmode`, without the ones that allow a connection in the clear. */
export enum SslMode {
  /** Encrypted; the server's certificate is not checked. */
  Require = "require",
  /** Encrypted; the certificate must be signed by a known authority. */
  VerifyCa = "verify-ca",
  /** Encrypted; the certificate must be signed by a known authority and name the host. */
  VerifyFull = "verify-full",
}

/** A copy of the repository. */
export enum RepositorySide {
  Primary = "primary",
  Replica = "replica",
}

/** What one retention tier keeps. */
export interface TierArgs {
  /** The tier. Each may appear once. */
  tier: Tier;
  /** Whole days until lifecycle expires an object of this tier, 1 or more. */
  expireDays: number;
  /**
   * Whole days an object of this tier is locked from the moment its upload is created; at most `expireDays`.
   *
   * @default - `expireDays`
   */
  lockDays?: number;
}

/** One database that a BackupRunner backs up. */
export interface DatabaseArgs {
  /** Its name in the repository, a segment of every key: 1-63 characters of a-z, 0-9 and inner hyphens. */
  name: string;
  /**
   * Secrets Manager ARN of its credentials, a JSON object with host, port, username, password and dbname (the shape of RDS's
   * rotation templates). Without a key or version suffix; never the value.
   */
  secretArn: pulumi.Input<string>;
  /**
   * ARN of the customer managed key that encrypts the secret.
   *
   * @default - the secret uses the account's aws/secretsmanager key, which needs no grant
   */
  secretKmsKeyArn?: pulumi.Input<string>;
  /**
   * Security group of the database, to which the tasks may connect. Its own ingress rule from `securityGroupId` stays yours.
   * Give databases behind one group the same string, or the same output: EC2 refuses one rule twice.
   *
   * @default - the tasks may connect to any address, on the database's port alone
   */
  securityGroupId?: pulumi.Input<string>;
  /**
   * TCP port, as in the secret; decides the egress rule.
   *
   * @default 5432
   */
  port?: number;
  /**
   * How the connection is encrypted.
   *
   * @default SslMode.Require
   */
  sslMode?: SslMode;
  /**
   * Path in the image of the certificate authorities that `verify-ca` and `verify-full` trust, or `system`.
   *
   * @default - none; required for verify-ca and verify-full
   */
  sslRootCertPath?: string;
}

/** Changes the arguments and options of one child before it is registered. Protected settings are checked again afterwards. */
export type Transform<A> = (args: A, opts: pulumi.CustomResourceOptions, name: string) => void;
