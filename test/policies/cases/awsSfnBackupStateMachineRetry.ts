import { awsSfnBackupStateMachineRetry } from "../../../policies/rules/awsSfnBackupStateMachineRetry";
import { allow, BACKUPS, machine, role, rolePolicy, RUN_TYPES, task, WRITER } from "../backupStacks";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCases } from "../ruleCases";

const RETRY = [{ ErrorEquals: ["ECS.AmazonECSException"], MaxAttempts: 2 }];
const refused = (states: string, label = 'aws.sfn.StateMachine "machine"'): string =>
  `${label} runs backups: Task states must retry, but there is no Retry on ${states}; add one for errors that pass by themselves.`;
const UNREADABLE =
  'note: aws.sfn.StateMachine "machine": its definition cannot be read as JSON; its retries were not judged.';

const states = (States: object): string => JSON.stringify({ StartAt: "Dump", States });
const dump = (more: object = {}): object => ({ Type: "Task", Resource: "arn:aws:states:::ecs:runTask.sync", ...more });
const stack = (definition: unknown, props?: object): Written[] => [...WRITER, task(), machine(definition, props)];
const native = (props: object): Written[] => [
  ...WRITER,
  task(),
  {
    type: RUN_TYPES.nativeMachine,
    name: "machine",
    props,
    dependsOn: Object.fromEntries(Object.keys(props).map((argument) => [argument, ["dump-task"]])),
  },
];
const NATIVE = 'aws-native.stepfunctions.StateMachine "machine"';
const circle: Record<string, unknown> = { Type: "Map" };
circle["ItemProcessor"] = { States: { Again: circle, Dump: dump() } };

export const cases: RuleCases = {
  rule: awsSfnBackupStateMachineRetry,
  compliant: [
    {
      name: "a machine whose tasks retry passes",
      stack: stack(states({ Dump: dump({ Retry: RETRY }), Done: { Type: "Succeed" } })),
      expect: [],
    },
    {
      name: "attempts that are not counted are three",
      stack: stack(states({ Dump: dump({ Retry: [{ ErrorEquals: ["States.ALL"] }] }) })),
      expect: [],
    },
    {
      name: "one retrier with attempts is enough",
      stack: stack(states({ Dump: dump({ Retry: [{ ErrorEquals: ["A"], MaxAttempts: 0 }, ...RETRY] }) })),
      expect: [],
    },
    {
      name: "the machine of something else passes",
      stack: [BACKUPS, role(), rolePolicy(allow("s3:GetObject")), task(), machine(states({ Dump: dump() }))],
      expect: [],
    },
  ],
  violations: [
    { name: "fails without a Retry", stack: stack(states({ Dump: dump() })), expect: [refused('"Dump"')] },
    {
      name: "fails with an empty Retry",
      stack: stack(states({ Dump: dump({ Retry: [] }) })),
      expect: [refused('"Dump"')],
    },
    {
      name: "fails with no attempts",
      stack: stack(states({ Dump: dump({ Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 0 }] }) })),
      expect: [refused('"Dump"')],
    },
    {
      name: "fails for each such state, inside of Map and Parallel",
      stack: stack(
        states({
          Plan: dump({ Retry: RETRY }),
          Each: { Type: "Map", ItemProcessor: { States: { Dump: dump() } } },
          Old: { Type: "Map", Iterator: { States: { Verify: dump() } } },
          Both: { Type: "Parallel", Branches: [{ States: { A: dump() } }, { States: { B: dump({ Retry: RETRY }) } }] },
        }),
      ),
      expect: [refused('"Dump", "Verify", "A"')],
    },
    {
      name: "fails in a component of this library",
      stack: [
        { type: RUN_TYPES.backupRunner, name: "runner", props: {} },
        { ...machine(states({ Dump: dump() })), dependsOn: {}, parent: "runner" },
      ],
      expect: [refused('"Dump"')],
    },
    {
      name: "fails for a machine that starts the machine of a backup",
      stack: [
        ...stack(states({ Dump: dump({ Retry: RETRY }) })),
        {
          ...machine(states({ Start: dump() })),
          name: "starter",
          dependsOn: { definition: ["machine"] },
        },
      ],
      expect: [refused('"Start"', 'aws.sfn.StateMachine "starter"')],
    },
    {
      name: "fails for a machine that invokes a function that starts the task",
      stack: [
        ...WRITER,
        task(),
        { type: RUN_TYPES.lambda, name: "start", props: {}, dependsOn: { environment: ["dump-task"] } },
        { ...machine(states({ Start: dump() })), dependsOn: { definition: ["start"] } },
      ],
      expect: [refused('"Start"')],
    },
    {
      name: "fails for machines that start each other",
      stack: [
        ...WRITER,
        task(),
        { ...machine(states({ Dump: dump() })), dependsOn: { definition: ["dump-task", "other"] } },
        { ...machine(states({})), name: "other", dependsOn: { definition: ["machine"] } },
      ],
      expect: [refused('"Dump"')],
    },
  ],
  spellings: [
    {
      name: "definitionString of aws-native.stepfunctions.StateMachine",
      stack: native({ definitionString: states({ Dump: dump() }) }),
      expect: [refused('"Dump"', NATIVE)],
    },
    {
      name: "definition of aws-native.stepfunctions.StateMachine",
      stack: native({ definition: { States: { Dump: dump(), Odd: "none" } } }),
      expect: [refused('"Dump"', NATIVE)],
    },
    {
      name: "aws-native.stepfunctions.StateMachine with retries",
      stack: native({ definition: { States: { Dump: dump({ Retry: RETRY }) } } }),
      expect: [],
    },
  ],
  unknowns: [
    {
      name: "a definition that is not known is noted",
      stack: stack(UNKNOWN_TEXT),
      expect: [
        'note: aws.sfn.StateMachine "machine": its definition is not known yet; its retries are judged at the update.',
      ],
    },
    {
      name: "retries that are not known pass, for they are there",
      stack: native({
        definition: {
          States: {
            Dump: dump({ Retry: UNKNOWN_TEXT }),
            Odd: UNKNOWN_TEXT,
            Both: { Type: "Parallel", Branches: UNKNOWN_TEXT },
          },
        },
      }),
      expect: [],
    },
  ],
  secrets: [
    {
      name: "fails with a definition that is secret",
      stack: stack(secret(states({ Dump: dump({ Comment: "known to few" }) }))),
      expect: [refused('"Dump"')],
    },
  ],
  others: [
    { name: "a definition that is no JSON is noted", stack: stack("{${Substituted}"), expect: [UNREADABLE] },
    { name: "a definition in S3 is noted", stack: stack(undefined), expect: [UNREADABLE] },
    {
      name: "fails for a definition that holds itself, once for each state",
      stack: native({ definition: { States: { Each: circle } } }),
      expect: [refused('"Dump"', NATIVE)],
    },
    { name: "a definition without states passes", stack: stack("{}"), expect: [] },
  ],
};
