/** The pinned SDK's note about future Node versions, printed once per process, would drown the demo's own lines. */
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (!warning.message.startsWith("NodeVersionSupportWarning")) console.error(`${warning.name}: ${warning.message}`);
});
