// Registers the components of a Pulumi.yaml as Pulumi's YAML runtime does: remotely, so that the plugin constructs them. It knows as
// much of that language as examples/yaml uses. A secret's ARN comes from a resource, unknown in the first preview.
const fs = require("node:fs");
const aws = require("@pulumi/aws");
const yaml = require("js-yaml");
const pulumi = require("@pulumi/pulumi");

const program = yaml.load(fs.readFileSync(process.env.PROGRAM_FILE, "utf8"));
const config = new pulumi.Config();
const known = { secretArn: new aws.secretsmanager.Secret("login", {}).arn };
for (const [name, { type }] of Object.entries(program.config)) {
  known[name] ??= type === "array" ? config.requireObject(name) : config.require(name);
}

function resolve(value) {
  const name = typeof value === "string" ? /^\$\{(\w+)\}$/.exec(value)?.[1] : undefined;
  if (name) return known[name];
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
}

class Remote extends pulumi.ComponentResource {
  constructor(type, name, inputs, outputs) {
    const names = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(type, name, { ...inputs, ...names }, {}, true);
  }
}

const wanted = Object.entries(program.outputs).map(([name, value]) => [name, ...value.slice(2, -1).split(".")]);
for (const [name, { type, properties }] of Object.entries(program.resources)) {
  const outputs = wanted.filter(([, resource]) => resource === name).map(([, , output]) => output);
  known[name] = new Remote(type, name, resolve(properties), outputs);
}
for (const [name, resource, output] of wanted) module.exports[name] = known[resource][output];
