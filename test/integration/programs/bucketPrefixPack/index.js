const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("bucket-prefix-pack", {
  policies: [
    {
      name: "bucket-name-prefix",
      description: "Bucket names begin with backup-.",
      enforcementLevel: "mandatory",
      validateResource: (args, report) => {
        if (args.type === "aws:s3/bucket:Bucket" && !args.props.bucket.startsWith("backup-"))
          report("the name must begin with backup-");
      },
    },
  ],
});
