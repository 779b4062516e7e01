import { instance, TYPES } from "./databases";
import { UNKNOWN_TEXT, type Written } from "./harness";
import type { RuleCase, RuleCases } from "./ruleCases";

/** Stacks with copies that AWS keeps, for the rule that asks for a backup of every database. */

const ARN = "arn:aws:rds:eu-central-1:123456789012:db:orders";
const ACCEPTING =
  "pass its secret to a DatabaseBackup, select it in AWS Backup, or name the stack that backs it up in declaredBackups.";
const REFUSED = `aws.rds.Instance "orders": nothing in this stack backs it up; ${ACCEPTING}`;
const REFUSED_AWS =
  'aws.rds.Instance "orders": nothing in this stack backs it up; pass its secret to a DatabaseBackup, or name the stack that backs it up in declaredBackups.';
const NOTED =
  'note: aws.rds.Instance "orders": whether AWS Backup selects it is not known yet; it is judged at the update.';

/** The selection `nightly`, made from other resources by some of its arguments. */
function selection(props: object, dependsOn: Record<string, string[]> = {}): Written {
  return { type: TYPES.selection, name: "nightly", props: { planId: "p", ...props }, dependsOn };
}

function native(backupSelection: object, dependsOn: Record<string, string[]> = {}): Written {
  return { type: TYPES.nativeSelection, name: "nightly", props: { backupSelection }, dependsOn };
}

const verdict =
  (expect: string[], word: string) =>
  (name: string, selected: Written, database: object = {}): RuleCase => ({
    name: `${word} ${name}`,
    stack: [instance(database), selected],
    expect,
  });
const passes = verdict([], "passes with");
const fails = verdict([REFUSED], "fails with");
const notes = verdict([NOTED], "notes");

const TAGGED = { tags: { backup: "daily" } };
const equal = (key: string, value: unknown): object => ({ selectionTags: [{ type: "STRINGEQUALS", key, value }] });
const when = (operator: string, value: unknown, key = "aws:ResourceTag/backup"): object => ({
  resources: ["*"],
  conditions: [{ [operator]: [{ key, value }] }],
});

/** ARNs and patterns that name an instance `orders` of eu-central-1. */
const NAMING = ["*", "arn:aws:rds:*", "arn:aws:rds:*:*:db:*", "arn:aws:rds:eu-central-1:*:db:ord*", ARN];
/** Those that do not. */
const NAMING_OTHERS = [
  "arn:aws:rds:*:*:cluster:*",
  "arn:aws:dynamodb:*:*:table/*",
  "arn:aws:rds:*:*:db:users*",
  "arn:aws:rds:*:*:db:Orders",
  "arn:aws:rds:eu-central-1:123456789012:db:orders2",
];

const cluster = (type: string, props: object, pattern: string, expect: string[]): RuleCase => ({
  name: `${type} ${JSON.stringify(props)} by ${pattern}`,
  stack: [{ type, name: "docs", props }, selection({ resources: [pattern] })],
  expect,
});

export const awsBackupCases: Required<Pick<RuleCases, "spellings" | "unknowns" | "others">> = {
  spellings: [
    passes("a selection of AWS Backup", selection({ resources: [ARN] }), { arn: ARN }),
    passes("a native selection", native({ resources: [ARN] }), { arn: ARN }),
    passes(
      "a native selection by tag",
      native({ listOfTags: [{ conditionKey: "backup", conditionValue: "daily" }] }),
      TAGGED,
    ),
    {
      name: "passes with a native selection of a native database by tag",
      stack: [
        { type: TYPES.nativeInstance, name: "orders", props: { tags: [{ key: "backup", value: "daily" }] } },
        native({
          resources: ["*"],
          conditions: { stringLike: [{ conditionKey: "aws:ResourceTag/backup", conditionValue: "d*" }] },
        }),
      ],
      expect: [],
    },
    {
      name: "passes with a native selection of a native database by a list of tags",
      stack: [
        { type: TYPES.nativeInstance, name: "orders", props: { tags: [{ key: "backup", value: "daily" }] } },
        native({ listOfTags: [{ conditionKey: "backup", conditionValue: "daily" }] }),
      ],
      expect: [],
    },
    passes("automated backups replicated to another Region", {
      type: TYPES.replication,
      name: "copies",
      props: { sourceDbInstanceArn: UNKNOWN_TEXT },
      dependsOn: { sourceDbInstanceArn: ["orders"] },
    }),
    passes(
      "automated backups replicated by ARN",
      { type: TYPES.replication, name: "copies", props: { sourceDbInstanceArn: ARN } },
      { arn: ARN },
    ),
    fails(
      "automated backups of another instance",
      { type: TYPES.replication, name: "copies", props: { sourceDbInstanceArn: `${ARN}2` } },
      { arn: ARN },
    ),
    {
      name: "passes for a native instance that replicates its automated backups",
      stack: [{ type: TYPES.nativeInstance, name: "orders", props: { automaticBackupReplicationRegion: "eu-west-1" } }],
      expect: [],
    },
  ],
  unknowns: [
    passes("resources made from it", selection({ resources: [UNKNOWN_TEXT] }, { resources: ["orders"] })),
    passes("a list made from it", selection({ resources: UNKNOWN_TEXT }, { resources: ["orders"] })),
    passes("native resources made from it", native({ resources: [UNKNOWN_TEXT] }, { backupSelection: ["orders"] })),
    passes(
      "a selection that covers it beside one that is not known",
      selection({ resources: [UNKNOWN_TEXT, "arn:aws:rds:*:*:db:*"] }),
    ),
    {
      name: "fails with resources made from something else",
      stack: [
        instance(),
        { type: "aws:efs/fileSystem:FileSystem", name: "files", props: {} },
        selection({ resources: [UNKNOWN_TEXT] }, { resources: ["files"] }),
      ],
      expect: [REFUSED],
    },
    notes("resources made from nothing here", selection({ resources: [UNKNOWN_TEXT] })),
    notes("a list made from nothing here", selection({ resources: UNKNOWN_TEXT })),
    fails(
      "everything but what is made from it",
      selection({ notResources: [UNKNOWN_TEXT] }, { notResources: ["orders"] }),
    ),
    notes("everything but what is not known", selection({ resources: ["*"], notResources: [UNKNOWN_TEXT] })),
    notes("selection tags that are not known", selection({ selectionTags: UNKNOWN_TEXT })),
    notes("native selection tags that are not known", native({ listOfTags: UNKNOWN_TEXT })),
    {
      name: "fails with a pattern for tables beside what is made from something else",
      stack: [
        instance(),
        { type: "aws:efs/fileSystem:FileSystem", name: "files", props: {} },
        selection({ resources: [UNKNOWN_TEXT, "arn:aws:dynamodb:*:*:table/*"] }, { resources: ["files"] }),
      ],
      expect: [REFUSED],
    },
    notes("a selection tag whose value is not known", selection(equal("backup", UNKNOWN_TEXT)), TAGGED),
    notes("a selection tag whose key is not known", selection(equal(UNKNOWN_TEXT, "daily")), TAGGED),
    notes("conditions that are not known", selection({ resources: ["*"], conditions: UNKNOWN_TEXT })),
    notes("an operator that is not known", selection({ conditions: [{ stringEquals: UNKNOWN_TEXT }] })),
    notes("tags of the database that are not known", selection(equal("backup", "daily")), { tags: UNKNOWN_TEXT }),
    notes("a tag of the database that is not known", selection(when("stringNotEquals", "no")), {
      tags: { backup: UNKNOWN_TEXT },
    }),
    notes("the tag that a selection asks for while it is not known", selection(equal("backup", "daily")), {
      tags: { backup: UNKNOWN_TEXT },
    }),
    fails("another tag that is not known", selection(equal("backup", "daily")), { tags: { team: UNKNOWN_TEXT } }),
    fails("default tags that the provider fills in", selection(equal("backup", "daily")), { tagsAll: UNKNOWN_TEXT }),
    notes("a pattern while its identifier is not known", selection({ resources: ["arn:aws:rds:*:*:db:ord*"] })),
    fails(
      "a pattern for clusters while its identifier is not known",
      selection({ resources: ["arn:aws:rds:*:*:cluster:o*"] }),
    ),
    fails("an ARN of a database that is there already", selection({ resources: [ARN] })),
    fails("that ARN beside a pattern for tables", selection({ resources: [ARN, "arn:aws:dynamodb:*:*:table/*"] })),
    passes("that ARN beside a pattern for databases", selection({ resources: [ARN, "arn:aws:rds:*:*:db:*"] })),
    fails(
      "what is not known and no tag that could match",
      selection({ resources: [UNKNOWN_TEXT], ...equal("backup", "daily") }),
    ),
  ],
  others: [
    ...NAMING.flatMap((pattern) => [
      passes(`resources ${pattern} by ARN`, selection({ resources: [pattern] }), { arn: ARN }),
      fails(`notResources ${pattern} by ARN`, selection({ resources: ["*"], notResources: [pattern] }), { arn: ARN }),
    ]),
    ...NAMING.filter((pattern) => pattern !== ARN).map((pattern) =>
      passes(`resources ${pattern} by identifier`, selection({ resources: [pattern] }), { identifier: "orders" }),
    ),
    ...NAMING_OTHERS.flatMap((pattern) => [
      fails(`resources ${pattern} by ARN`, selection({ resources: [pattern] }), { arn: ARN }),
      fails(`resources ${pattern} by identifier`, selection({ resources: [pattern] }), { identifier: "orders" }),
      passes(`notResources ${pattern}`, selection({ notResources: [pattern] }), { arn: ARN }),
    ]),
    passes("a selection that leaves nothing out", selection({})),
    passes("selection tags that it bears", selection(equal("backup", "daily")), TAGGED),
    passes(
      "a selection tag with the prefix of a condition",
      selection(equal("aws:ResourceTag/backup", "daily")),
      TAGGED,
    ),
    passes("selection tags that it gets by default", selection(equal("backup", "daily")), { tagsAll: TAGGED.tags }),
    fails("a tag of its own over a default one", selection(equal("backup", "daily")), {
      tags: { backup: "no" },
      tagsAll: TAGGED.tags,
    }),
    fails("selection tags that it does not bear", selection(equal("backup", "daily")), { tags: { backup: "weekly" } }),
    fails("selection tags that nothing bears", selection(equal("backup", "daily"))),
    passes(
      "one of several selection tags",
      selection({
        selectionTags: [
          { type: "STRINGEQUALS", key: "backup", value: "weekly" },
          { type: "STRINGEQUALS", key: "backup", value: "daily" },
        ],
      }),
      TAGGED,
    ),
    fails("its ARN without the selection tag", selection({ resources: [ARN], ...equal("backup", "daily") }), {
      arn: ARN,
    }),
    passes("stringEquals", selection(when("stringEquals", "daily")), TAGGED),
    fails("stringEquals and a pattern", selection(when("stringEquals", "d*")), TAGGED),
    passes("stringLikes", selection(when("stringLikes", "d*")), TAGGED),
    fails("stringLikes of any text for a tag that it does not bear", selection(when("stringLikes", "*"))),
    fails("stringLikes of something else", selection(when("stringLikes", "w*")), TAGGED),
    fails("stringLikes in another case", selection(when("stringLikes", "D*")), TAGGED),
    fails("stringLikes with a dot that is none", selection(when("stringLikes", "d.ily")), TAGGED),
    passes("stringNotEquals", selection(when("stringNotEquals", "no")), TAGGED),
    passes("stringNotEquals of a text that would be a pattern", selection(when("stringNotEquals", "d*")), TAGGED),
    passes("stringNotEquals of a tag that it does not bear", selection(when("stringNotEquals", "no"))),
    fails("stringNotEquals of its tag", selection(when("stringNotEquals", "daily")), TAGGED),
    passes("stringNotLikes", selection(when("stringNotLikes", "n*")), TAGGED),
    fails("stringNotLikes of its tag", selection(when("stringNotLikes", "d*")), TAGGED),
    {
      name: "fails with a native stringNotLike of its tag",
      stack: [
        instance(TAGGED),
        native({ conditions: { stringNotLike: [{ conditionKey: "backup", conditionValue: "d*" }] } }),
      ],
      expect: [REFUSED],
    },
    fails(
      "one of two conditions",
      selection({
        conditions: [
          {
            stringEquals: [
              { key: "backup", value: "daily" },
              { key: "team", value: "shop" },
            ],
          },
        ],
      }),
      TAGGED,
    ),
    {
      name: "passes with one of two selections",
      stack: [
        instance({ arn: ARN }),
        selection({ resources: ["arn:aws:dynamodb:*:*:table/*"] }),
        { ...selection({ resources: [ARN] }), name: "weekly" },
        { ...selection({ resources: ["*"], conditions: UNKNOWN_TEXT }), name: "monthly" },
        { ...selection({ resources: ["*"], conditions: UNKNOWN_TEXT }), name: "yearly" },
      ],
      expect: [],
    },
    cluster(TYPES.docdb, { clusterIdentifier: "docs" }, "arn:aws:rds:*:*:cluster:docs", []),
    cluster(TYPES.nativeCluster, { dbClusterIdentifier: "docs" }, "arn:aws:rds:*:*:cluster:d*", []),
    cluster(
      TYPES.nativeCluster,
      { dbClusterArn: "arn:aws:rds:eu-west-1:1:cluster:docs" },
      "arn:aws:rds:eu-west-1:*",
      [],
    ),
    cluster(TYPES.docdb, { clusterIdentifier: "docs" }, "arn:aws:rds:*:*:db:docs", [
      `aws.docdb.Cluster "docs": nothing in this stack backs it up; ${ACCEPTING}`,
    ]),
    cluster(TYPES.elastic, {}, "arn:aws:docdb-elastic:*:*:cluster/*", []),
    cluster(TYPES.elastic, {}, "arn:aws:rds:*:*:cluster:*", [
      `aws.docdb.ElasticCluster "docs": nothing in this stack backs it up; ${ACCEPTING}`,
    ]),
    cluster(
      TYPES.nativeElastic,
      { clusterArn: "arn:aws:docdb-elastic:eu-west-1:1:cluster/9f" },
      "arn:aws:docdb-elastic:*",
      [],
    ),
    {
      name: "fails with what AWS keeps where that is not accepted",
      stack: [
        instance({ arn: ARN }),
        selection({ resources: ["*"] }),
        { type: TYPES.replication, name: "copies", props: { sourceDbInstanceArn: ARN } },
      ],
      config: { acceptAwsBackup: false },
      expect: [REFUSED_AWS],
    },
    {
      name: "fails where AWS Backup is not known and not accepted",
      stack: [instance(), selection({ conditions: UNKNOWN_TEXT })],
      config: { acceptAwsBackup: false },
      expect: [REFUSED_AWS],
    },
  ],
};
