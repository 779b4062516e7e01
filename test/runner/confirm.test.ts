import { confirm } from "../../runner/cli/confirm";
import { failureOf } from "./readFixtures";

const signal = new AbortController().signal;
const QUESTION = 'the database "orders" and all it holds will be replaced';

function person(answer: string) {
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(answer);
  };
  return { asked, context: { signal, ask } };
}

describe("confirming", () => {
  it("asks a person, shows what to type, and takes that word alone", async () => {
    const { asked, context } = person(" orders ");
    await confirm(context, QUESTION, "orders");
    expect(asked).toEqual([`${QUESTION}.\nType "orders" to go on: `]);
  });

  it("asks nobody when the word was given", async () => {
    const { asked, context } = person("no");
    await confirm(context, QUESTION, "orders", "orders");
    await confirm({ signal }, QUESTION, "orders", "orders");
    expect(asked).toEqual([]);
  });

  it.each(["", "y", "Orders"])('fails when the answer is "%s"', async (answer) => {
    expect((await failureOf(confirm(person(answer).context, QUESTION, "orders"))).message).toBe(
      `confirmation: the answer was "${answer}", not "orders"; nothing was done`,
    );
  });

  it("fails when another word was given, also at a terminal", async () => {
    const { asked, context } = person("orders");
    expect((await failureOf(confirm(context, QUESTION, "orders", "shop", "--replace"))).message).toBe(
      'confirmation: --replace was "shop", not "orders"; nothing was done',
    );
    expect(asked).toEqual([]);
  });

  it("fails when nobody can be asked, naming the option that says it", async () => {
    const messageOf = async (option?: string) =>
      (await failureOf(confirm({ signal }, QUESTION, "orders", undefined, option))).message;
    const start = `confirmation: ${QUESTION}; nobody can be asked here: give`;
    expect(await messageOf()).toBe(`${start} --confirm orders, or run it at a terminal`);
    expect(await messageOf("--yes")).toBe(`${start} --yes, or run it at a terminal`);
  });

  it("fails when a signal comes while somebody is asked", async () => {
    const stop = new AbortController();
    const ask = () => new Promise<string>(() => stop.abort());
    expect((await failureOf(confirm({ signal: stop.signal, ask }, QUESTION, "orders"))).exit).toBe("interrupted");
  });
});
