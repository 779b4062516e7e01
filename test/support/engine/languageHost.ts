/**
 * What the CLI needs to run Node programs and plugins when it was built without its language plugins: the part of the engine's
 * language protocol that starts `@pulumi/pulumi`'s own runner with the options of Pulumi.yaml. Called by the engine as
 * `pulumi-language-nodejs [flags] <engine address>`; says its port on the first line.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as language from "@pulumi/pulumi/proto/language_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "../provider/protobuf";

// The generated code of this service has no type definitions of use here.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb") as {
  LanguageRuntimeService: grpc.ServiceDefinition;
};

type Call<T> = grpc.ServerUnaryCall<T, unknown>;
type Reply = grpc.sendUnaryData<unknown>;

/** The runner exits with it when it has told the user what was wrong. */
const ALREADY_REPORTED = 32;
const engineAddress = process.argv.at(-1)!;

function runner(from: string, name: string): string {
  return createRequire(path.join(from, "_")).resolve(`@pulumi/pulumi/cmd/${name}`);
}

/** The options of the runtime in Pulumi.yaml. */
function optionsOf(info: language.ProgramInfo | undefined): { nodeargs?: string; typescript?: boolean } {
  return info?.getOptions()?.toJavaScript() ?? {};
}

function nodeArguments(info: language.ProgramInfo | undefined): string[] {
  return optionsOf(info).nodeargs?.split(" ") ?? [];
}

function run({ request }: Call<language.RunRequest>, reply: Reply): void {
  const info = request.getInfo()!;
  const config = Object.fromEntries(request.getConfigMap().toArray());
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info.getRootDirectory(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const args = [
    ...nodeArguments(info),
    runner(info.getProgramDirectory(), "run"),
    ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info.getEntryPoint(),
    ...request.getArgsList(),
  ];
  const child = spawn(process.execPath, args, {
    cwd: request.getPwd(),
    env: {
      ...process.env,
      PULUMI_NODEJS_TYPESCRIPT: String(optionsOf(info).typescript ?? true),
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  child.once("close", (code) => {
    const response = new language.RunResponse();
    response.setBail(code === ALREADY_REPORTED);
    if (code !== 0 && code !== ALREADY_REPORTED) response.setError(`the program ended with ${code}`);
    reply(null, response);
  });
}

/** A component plugin or a policy pack: a process whose output the engine reads through this stream. */
function runPlugin(call: grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>): void {
  const { request } = call;
  const program = request.getInfo()!.getProgramDirectory();
  const isPack = request.getKind() === "analyzer";
  const main = runner(program, isPack ? "run-policy-pack" : "run-plugin");
  // A pack's runner takes its folder behind the engine's address, which is all that the engine sends.
  const folder = isPack ? [...request.getArgsList(), program] : [program, ...request.getArgsList()];
  const args = [...nodeArguments(request.getInfo()), main, ...folder];
  const environment = Object.fromEntries(request.getEnvList().map((line) => line.split(/=(.*)/s).slice(0, 2)));
  // A pack runs in its own folder, where it looks for its version.
  const cwd = isPack ? program : request.getPwd();
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...environment } });
  const send = (fill: (response: language.RunPluginResponse) => void): void => {
    const response = new language.RunPluginResponse();
    fill(response);
    call.write(response);
  };
  child.stdout.on("data", (chunk: Buffer) => send((response) => response.setStdout(chunk)));
  child.stderr.on("data", (chunk: Buffer) => send((response) => response.setStderr(chunk)));
  child.once("close", (code) => {
    send((response) => response.setExitcode(code ?? 1));
    call.end();
  });
  call.on("cancelled", () => child.kill());
}

const answering =
  <T>(make: () => T) =>
  (_: unknown, reply: Reply): void =>
    reply(null, make());

const server = new grpc.Server();
server.addService(LanguageRuntimeService, {
  handshake: answering(() => new language.LanguageHandshakeResponse()),
  getPluginInfo: answering(() => new plugin.PluginInfo().setVersion("3.0.0")),
  getRequiredPackages: answering(() => new language.GetRequiredPackagesResponse()),
  getRequiredPlugins: answering(() => new language.GetRequiredPluginsResponse()),
  runtimeOptionsPrompts: answering(() => new language.RuntimeOptionsResponse()),
  cancel: answering(() => new Empty()),
  run,
  runPlugin,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
