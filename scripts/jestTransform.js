// TypeScript for jest by esbuild, which the build needs anyway. Types are checked by `tsc --noEmit`, not here.
const { transformSync } = require("esbuild");

module.exports = {
  process: (source, file) =>
    transformSync(source, {
      loader: "ts",
      format: "cjs",
      target: "node20",
      sourcefile: file,
      sourcemap: "inline",
      // jest's own module registry serves require, not import().
      supported: { "dynamic-import": false },
    }),
};
