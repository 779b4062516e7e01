/** A database whose storage is not encrypted, nor are its snapshots. */
import { database } from "./sound/databases";

database("orders", { storageEncrypted: false });
