const os = require("node:os");
const path = require("node:path");

/**
 * The project's folder in the user's cache; nothing is created. `$XDG_CACHE_HOME/backup321`, else `~/.cache/backup321` (macOS:
 * `~/Library/Caches`). An empty or relative variable counts as none: it would put a cache into every folder that a program
 * starts in (XDG Base Directory Specification: "all paths must be absolute; a relative path is invalid, ignore it").
 */
function cacheFolder() {
  const named = process.env.XDG_CACHE_HOME ?? "";
  const home = process.platform === "darwin" ? ["Library", "Caches"] : [".cache"];
  return path.join(path.isAbsolute(named) ? named : path.join(os.homedir(), ...home), "backup321");
}

module.exports = { cacheFolder };
