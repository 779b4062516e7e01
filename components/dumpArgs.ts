/** How a recovery point is laid out in objects. */
export enum DumpShape {
  /** By size: small databases in a single stream, the rest in parallel. */
  Auto = "auto",
  /** One archive of pg_dump. */
  Single = "single",
  /** Tables dumped side by side, each readable alone. */
  Parallel = "parallel",
}

/** How a database is dumped. */
export interface DumpArgs {
  /**
   * How the recovery point is laid out in objects.
   *
   * @default DumpShape.Auto
   */
  shape?: DumpShape;
  /**
   * Objects that are dumped at once, 1-16; each has a session of its own on the server.
   *
   * @default - one for each 512 MiB of tables, at most 4 and the cores of the task
   */
  workers?: number;
  /**
   * Level of zstd, 1-19; higher ones store less and take longer.
   *
   * @default 3
   */
  compressionLevel?: number;
  /**
   * Cap of the upload in whole MiB per second, over everything that a task sends.
   *
   * @default - none
   */
  maxMiBPerSecond?: number;
  /**
   * Lets a standby be dumped. Its unlogged tables can't be read, and long queries may be cancelled there.
   *
   * @default false
   */
  allowStandby?: boolean;
  /**
   * Longest replay lag of a standby in whole seconds, 1-86400; needs `allowStandby`.
   *
   * @default 300
   */
  maxReplayLagSeconds?: number;
  /**
   * Public keys of age (`age1...`), 1-20, to which every object is encrypted before it leaves the task. Each of the private keys opens it
   * alone; keep one of them offline. Without any of them the backups are lost.
   *
   * @default - not encrypted by the client; S3 encrypts with the repository's KMS key in any case
   */
  ageRecipients?: string[];
  /**
   * Keeps the password hashes of roles with the globals, for which the dump's role must be a superuser.
   *
   * @default false
   */
  rolePasswords?: boolean;
  /**
   * Tables, as `schema.table`, whose rows are left out; their definitions stay. The manifest names them.
   *
   * @default - none
   */
  excludeTableData?: string[];
}
