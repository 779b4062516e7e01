/**
 * How bundles are made. Every byte of source costs about five of memory in a process that should stay small, so what is not used
 * is left out (only the module builds of packages let that happen), and so are blanks; names stay, for stack traces.
 */
module.exports = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  mainFields: ["module", "main"],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  // The doctor's AWS clients are a bundle beside the command line: every other command would pay for them with memory.
  external: ["pg-native", "./doctorRun"],
};
