/** A database that leaves nothing behind when it is deleted. */
import { database } from "./sound/databases";

database("orders", { skipFinalSnapshot: true });
