// The engine's provider protocol over gRPC, answered from the table of handlers.
import * as grpc from "@grpc/grpc-js";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { autoName } from "./autoName";
import { assume, awsClients, type SessionCredentials } from "./awsClients";
import { configuration, refusedRegion, refusedSettings, type Configuration } from "./configuration";
import { difference } from "./difference";
import type { Context, Handler } from "./handler";
import { invoke } from "./invokes";
import { Empty } from "./protobuf";
import { asText, isTagged, outputs, unknownOutputs } from "./state";
import { handlerFor } from "./table";
import { received, sent, UNKNOWN, type Props } from "./wire";

// The generated code of this service has no type definitions.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb") as {
  ResourceProviderService: grpc.ServiceDefinition;
};

type Call = grpc.ServerUnaryCall<any, any>;
const PARTITION = "aws";

/** A provider resource and the identity it works with. */
interface Configured extends Configuration {
  credentials: SessionCredentials | undefined;
  accountId: string;
}

/** Every provider resource of a stack opens a connection of its own, so the connection tells which one is asking. */
const configurations = new Map<string, Configured>();

function configured(call: Call): Configured {
  const found = configurations.get(call.getPeer());
  if (!found) throw new Error("the stand-in provider was asked before it was configured: restart the run");
  return found;
}

function context(call: Call, region?: string): Context {
  const { credentials, accountId, region: own } = configured(call);
  const used = region ?? own;
  return { aws: awsClients(used, credentials), region: used, accountId, partition: PARTITION };
}

/** Inputs as AWS gets them: the provider's default tags underneath the resource's own. */
function effective(call: Call, handler: Handler, inputs: Props): Props {
  return isTagged(handler) ? { ...inputs, tags: { ...configured(call).defaultTags, ...inputs["tags"] } } : inputs;
}

const typeOf = (urn: string): string => urn.split("::")[2]!.split("$").pop()!;
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

async function check(call: Call): Promise<provider.CheckResponse> {
  const request = call.request as provider.CheckRequest;
  const handler = handlerFor(typeOf(request.getUrn()));
  const { props: given, secrets } = received(request.getNews());
  const props = asText(given);
  const olds = received(request.getOlds()).props;
  const response = new provider.CheckResponse();
  const problems: string[] = [];
  const { name } = handler;
  const defaults: string[] = [];
  if (name && props[name.property] === undefined) {
    const kept = ((olds["__defaults"] ?? []) as string[]).includes(name.property) ? olds[name.property] : undefined;
    try {
      const prefix = props[`${name.property}Prefix`] as string | undefined;
      props[name.property] = kept ?? autoName(name, prefix ?? nameOf(request.getUrn()), request.getRandomseed_asU8());
      defaults.push(name.property);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  problems.push(...refusedRegion(props["region"]), ...(handler.refuse?.(props) ?? []));
  for (const reason of problems) {
    const failure = new provider.CheckFailure();
    failure.setReason(reason);
    response.addFailures(failure);
  }
  response.setInputs(sent({ ...props, __defaults: defaults }, secrets));
  return response;
}

async function diff(call: Call): Promise<provider.DiffResponse> {
  const request = call.request as provider.DiffRequest;
  const handler = handlerFor(typeOf(request.getUrn()));
  const found = difference(received(request.getOldInputs()).props, received(request.getNews()).props, {
    replaceOn: handler.replaceOn,
    nameProperty: handler.name?.property,
  });
  const response = new provider.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
  response.setChanges(found.changed.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList(found.changed);
  response.setReplacesList(handler.update ? found.replaces : found.changed);
  response.setDeletebeforereplace(found.deleteBeforeReplace);
  return response;
}

async function create(call: Call): Promise<provider.CreateResponse> {
  const request = call.request as provider.CreateRequest;
  const handler = handlerFor(typeOf(request.getUrn()));
  const { props, secrets } = received(request.getProperties());
  const response = new provider.CreateResponse();
  const region = (props["region"] as string | undefined) ?? configured(call).region;
  if (request.getPreview()) {
    response.setProperties(
      sent(outputs(handler, UNKNOWN, props, region, { ...props["tags"] }, unknownOutputs(handler)), secrets),
    );
    return response;
  }
  const refused = handler.refuse?.(props) ?? [];
  if (refused.length > 0) throw new Error(refused.join("; "));
  const inputs = effective(call, handler, props);
  const created = await handler.create(context(call, region), inputs);
  response.setId(created.id);
  const state = outputs(handler, created.id, props, region, inputs["tags"] ?? {}, created.outputs ?? {});
  response.setProperties(sent(state, [...secrets, ...(handler.secretOutputs ?? [])]));
  return response;
}

async function update(call: Call): Promise<provider.UpdateResponse> {
  const request = call.request as provider.UpdateRequest;
  const handler = handlerFor(typeOf(request.getUrn()));
  const { props, secrets } = received(request.getNews());
  const olds = received(request.getOlds()).props;
  const region = olds["region"] as string | undefined;
  const computed = Object.fromEntries(
    handler.computed.filter((key) => key !== "tagsAll").map((key) => [key, olds[key]]),
  );
  const inputs = effective(call, handler, props);
  if (!request.getPreview()) {
    const refused = handler.refuse?.(props) ?? [];
    if (refused.length > 0) throw new Error(refused.join("; "));
    Object.assign(computed, await handler.update!(context(call, region), request.getId(), inputs, olds));
  }
  const state = outputs(
    handler,
    request.getId(),
    props,
    region ?? configured(call).region,
    inputs["tags"] ?? {},
    computed,
  );
  const response = new provider.UpdateResponse();
  response.setProperties(sent(state, [...secrets, ...(handler.secretOutputs ?? [])]));
  return response;
}

async function read(call: Call): Promise<provider.ReadResponse> {
  const request = call.request as provider.ReadRequest;
  const handler = handlerFor(typeOf(request.getUrn()));
  const state = received(request.getProperties());
  const inputs = received(request.getInputs());
  if (Object.keys(state.props).length === 0) {
    throw new Error(`the stand-in provider cannot import ${handler.type}: create it in the program instead`);
  }
  const response = new provider.ReadResponse();
  const there = await handler.exists?.(context(call, state.props["region"]), request.getId(), state.props);
  if (there === false) return response;
  response.setId(request.getId());
  response.setProperties(sent(state.props, state.secrets));
  response.setInputs(sent(inputs.props, inputs.secrets));
  return response;
}

async function remove(call: Call): Promise<unknown> {
  const request = call.request as provider.DeleteRequest;
  const { props } = received(request.getProperties());
  await handlerFor(typeOf(request.getUrn())).delete(context(call, props["region"]), request.getId(), props);
  return new Empty();
}

async function checkConfig(call: Call): Promise<provider.CheckResponse> {
  const { props, secrets } = received((call.request as provider.CheckRequest).getNews());
  const response = new provider.CheckResponse();
  for (const reason of refusedSettings(props)) {
    const failure = new provider.CheckFailure();
    failure.setReason(reason);
    response.addFailures(failure);
  }
  response.setInputs(sent(props, secrets));
  return response;
}

async function configure(call: Call): Promise<provider.ConfigureResponse> {
  const settings = configuration(received((call.request as provider.ConfigureRequest).getArgs()).props);
  const credentials = await assume(settings.region, settings.assumeRoles);
  const me = await awsClients(settings.region, credentials).sts.send(new GetCallerIdentityCommand({}));
  const accountId = me.Account!;
  if (settings.allowedAccountIds.length > 0 && !settings.allowedAccountIds.includes(accountId)) {
    throw new Error(`AWS account ID not allowed: ${accountId}`);
  }
  configurations.set(call.getPeer(), { ...settings, credentials, accountId });
  const response = new provider.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  // Without resource references the engine sends plain ids, as the AWS provider gets them.
  response.setAcceptresources(false);
  return response;
}

async function answerInvoke(call: Call): Promise<provider.InvokeResponse> {
  const request = call.request as provider.InvokeRequest;
  const { props } = received(request.getArgs());
  const response = new provider.InvokeResponse();
  response.setReturn(sent(await invoke(request.getTok(), context(call, props["region"]), props)));
  return response;
}

const set = <T>(message: T, change: (message: T) => void): T => (change(message), message);

const methods: Record<string, (call: Call) => Promise<unknown>> = {
  handshake: async () => set(new provider.ProviderHandshakeResponse(), (r) => r.setAcceptSecrets(true)),
  getSchema: async () => set(new provider.GetSchemaResponse(), (r) => r.setSchema("{}")),
  getPluginInfo: async () => set(new plugin.PluginInfo(), (r) => r.setVersion("7.48.0")),
  attach: async () => new Empty(),
  cancel: async () => new Empty(),
  diffConfig: async () => new provider.DiffResponse(),
  checkConfig,
  configure,
  check,
  diff,
  create,
  update,
  read,
  delete: remove,
  invoke: answerInvoke,
};

/** The error's name is AWS's error code. Inputs are never part of the message: they may hold secrets. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}

/** Listens on a free port of 127.0.0.1 and returns it. */
export function startProvider(): Promise<{ port: number; stop: () => void }> {
  const server = new grpc.Server();
  const implementation: grpc.UntypedServiceImplementation = {};
  for (const name of Object.keys(ResourceProviderService)) {
    implementation[name] = (call: Call, answer: grpc.sendUnaryData<any>) => {
      const method = methods[name];
      if (!method) return answer({ code: grpc.status.UNIMPLEMENTED, message: name });
      method(call).then(
        (response) => answer(null, response),
        (error: unknown) => answer({ code: grpc.status.UNKNOWN, message: reason(error) }),
      );
    };
  }
  server.addService(ResourceProviderService, implementation);
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve({ port, stop: () => server.forceShutdown() }),
    ),
  );
}
