// Pulumi writes down the stack of every promise, in an error without a message that nobody reads. To map each frame of those to its
// source took most of the time of a suite under mocks; errors that say something keep their mapped stacks.
const mapped = Error.prepareStackTrace;
Error.prepareStackTrace = (error, frames) =>
  error.message === "" ? [String(error), ...frames].join("\n    at ") : mapped(error, frames);
