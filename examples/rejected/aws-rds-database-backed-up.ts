/** A database that nothing backs up but itself: its automated backups go with it, and with its Region. */
import { loneDatabase } from "./sound/databases";

loneDatabase("orders");
