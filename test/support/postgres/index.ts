export { findPostgres } from "./programs";
export { throwawayPostgres, withClient, type DatabaseSettings, type ThrowawayPostgres } from "./server";
export { DEMO_ORDERS, seedRealisticData, tableChecksums, type TableChecksum } from "./seed";
