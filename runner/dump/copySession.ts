import type { Client } from "pg";
import { connect, disconnect } from "../postgres/connection";
import { copyFailure } from "./copyError";
import { CopyOut } from "./copyOut";
import type { DumpContext } from "./dumpContext";
import type { TablePart } from "./dumpPlan";
import { beginSql, copyOutSql, SESSION_SQL } from "./tableFrames";

/** A session of one worker that copies short tables of the snapshot, one after another. Connects when it is first asked. */
export class CopySession {
  private client: Client | undefined;
  private isFirst = true;
  constructor(private readonly context: DumpContext) {}

  /**
   * Starts to copy a table, in a transaction of its own, so that not more than one table's lock is held.
   * @throws StageError `dump`
   */
  async copy({ table, range }: TablePart): Promise<CopyOut> {
    const client = (this.client ??= await this.open());
    const begin = beginSql(table, this.context.snapshotId!);
    try {
      await client.query([...(this.isFirst ? [] : ["COMMIT"]), ...begin].join("; "));
    } catch (error) {
      throw copyFailure(error);
    }
    this.isFirst = false;
    return client.query(new CopyOut(copyOutSql(table, this.context.encoding, range)));
  }

  async close(): Promise<void> {
    if (this.client !== undefined) await disconnect(this.client);
  }

  private async open(): Promise<Client> {
    let client: Client | undefined;
    try {
      client = await connect(this.context.settings);
      await client.query(SESSION_SQL.join("; "));
      return client;
    } catch (error) {
      if (client !== undefined) await disconnect(client);
      // The session that holds the snapshot is there: what fails now fails the dump.
      throw copyFailure(error);
    }
  }
}
