// Packages that jest does not load as they are: ES modules without a CommonJS form, and what calls import().
const ES_MODULES = "(?:age-encryption|@noble|@scure|@opentelemetry/(?:exporter-metrics-otlp-http|otlp-exporter-base))/";
// Two projects: unit tests need nothing; integration tests start real parts (PostgreSQL, S3 servers, the engine).
const common = {
  testEnvironment: "node",
  transform: {
    "^.+\\.ts$": "<rootDir>/scripts/jestTransform.js",
    [`/node_modules/${ES_MODULES}.+\\.js$`]: "<rootDir>/scripts/jestTransform.js",
  },
  transformIgnorePatterns: [`/node_modules/(?!${ES_MODULES})`],
  setupFilesAfterEnv: ["<rootDir>/scripts/jestSetup.js"],
  // Examples import the package by name; what they get is the source, not the last build.
  moduleNameMapper: { "^pulumi-backup321$": "<rootDir>/components/index.ts" },
  rootDir: __dirname,
};
module.exports = {
  // Nothing is timed; this only ends what hangs, on however busy a machine.
  testTimeout: 120_000,
  testSequencer: "<rootDir>/scripts/slowFirst.js",
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["<rootDir>/test/integration/", "<rootDir>/node_modules/"],
    },
    { ...common, displayName: "integration", testMatch: ["<rootDir>/test/integration/**/*.test.ts"] },
  ],
};
