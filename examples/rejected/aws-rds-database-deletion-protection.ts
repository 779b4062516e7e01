/** A database that one call deletes. */
import { database } from "./sound/databases";

database("orders", { deletionProtection: false });
