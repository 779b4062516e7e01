import { awsEcsBackupTaskImageDigest } from "../../../policies/rules/awsEcsBackupTaskImageDigest";
import { allow, BACKUPS, PERHAPS_WRITER, role, rolePolicy, RUN_TYPES, task, WRITER } from "../backupStacks";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCases } from "../ruleCases";

const PINNED = `registry.example.com/dump@sha256:${"a1".repeat(32)}`;
const refused = (container: string, label = "aws.ecs.TaskDefinition"): string =>
  `${label} "dump-task" writes backups: the image of container ${container} must end in @sha256:<digest>; pin it.`;
const LATER =
  'note: aws.ecs.TaskDefinition "dump-task": containerDefinitions is not known yet; its images are judged at the update.';

const images = (...list: unknown[]): Written => task(list.map((image, index) => ({ name: `c${index}`, image })));
const inComponent = (written: Written): Written[] => [
  { type: RUN_TYPES.backupRunner, name: "runner", props: {} },
  { ...written, dependsOn: {}, parent: "runner" },
];
const native = (image: unknown): Written => ({
  ...task(),
  type: RUN_TYPES.nativeTask,
  props: { taskRoleArn: UNKNOWN_TEXT, containerDefinitions: [{ name: "dump", image }] },
});

export const cases: RuleCases = {
  rule: awsEcsBackupTaskImageDigest,
  compliant: [
    { name: "a task whose images are pinned passes", stack: [...WRITER, images(PINNED, PINNED)], expect: [] },
    {
      name: "a task of something else passes with a tag",
      stack: [BACKUPS, role(), rolePolicy(allow("s3:GetObject")), images("app:latest")],
      expect: [],
    },
    { name: "a task of this library that is pinned passes", stack: inComponent(images(PINNED)), expect: [] },
  ],
  violations: [
    { name: "fails with a tag", stack: [...WRITER, images("postgres:17")], expect: [refused('"c0"')] },
    { name: "fails without a tag", stack: [...WRITER, images("postgres")], expect: [refused('"c0"')] },
    {
      name: "fails with a digest that is cut short",
      stack: [...WRITER, images("dump@sha256:a1a1")],
      expect: [refused('"c0"')],
    },
    {
      name: "fails with a tag of any container of the task",
      stack: [...WRITER, images(PINNED, "log-router:stable")],
      expect: [refused('"c1"')],
    },
    { name: "fails without an image", stack: [...WRITER, images(undefined)], expect: [refused('"c0"')] },
    {
      name: "fails for a container without a name",
      stack: [...WRITER, task([{ image: "dump:1" }])],
      expect: [refused("without a name")],
    },
    {
      name: "fails in a component of this library",
      stack: inComponent(images("dump:1")),
      expect: [refused('"c0"')],
    },
    {
      name: "fails where the role's policy is not known, and is made from a backup bucket",
      stack: [...PERHAPS_WRITER, images("dump:1")],
      expect: [refused('"c0"')],
    },
  ],
  spellings: [
    {
      name: "aws-native.ecs.TaskDefinition",
      stack: [...WRITER, native("dump:1")],
      expect: [refused('"dump"', "aws-native.ecs.TaskDefinition")],
    },
    { name: "aws-native.ecs.TaskDefinition, pinned", stack: [...WRITER, native(PINNED)], expect: [] },
  ],
  unknowns: [
    {
      name: "containers that are not known are noted",
      stack: [...WRITER, task(UNKNOWN_TEXT)],
      expect: [LATER],
    },
    {
      name: "an image that is not known is noted",
      stack: [...WRITER, native(UNKNOWN_TEXT)],
      expect: [
        'note: aws-native.ecs.TaskDefinition "dump-task": the image of container "dump" is not known yet; it is judged at the update.',
      ],
    },
  ],
  secrets: [
    {
      name: "fails, and shows no variable",
      stack: [
        ...WRITER,
        { ...task(), props: { containerDefinitions: secret('[{"name":"c0","image":"dump:known-to-few"}]') } },
      ],
      expect: [refused('"c0"')],
    },
  ],
  others: [
    { name: "containers that are no JSON pass", stack: [...WRITER, task("[")], expect: [] },
    { name: "a task without containers passes", stack: [...WRITER, task("[]")], expect: [] },
  ],
};
