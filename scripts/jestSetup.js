// Pulumi writes down the stack of every promise, in an error without a message that hardly anybody reads. To walk 100 frames (jest's
// limit), and to map and print each, took most of the time of a suite under mocks; errors that say something keep mapped stacks.
Error.stackTraceLimit = 25;
const mapped = Error.prepareStackTrace;
const FRAMES_WITHOUT_MESSAGE = 3;
Error.prepareStackTrace = (error, frames) =>
  error.message === ""
    ? [String(error), ...frames.slice(0, FRAMES_WITHOUT_MESSAGE)].join("\n    at ")
    : mapped(error, frames);
