// Runs before anything that needs a newer Node, in syntax that an old one still parses.
var major = Number(process.versions.node.split(".")[0]);
if (major < 20) {
  console.error(
    "backup321: Node " +
      process.versions.node +
      " is too old; 20 or later is needed. Install it with your version manager, e.g. `nvm install 20`.",
  );
  process.exit(2);
}
