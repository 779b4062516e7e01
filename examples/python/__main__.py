"""A proven 3-2-1 backup of one PostgreSQL database. The package comes from `pulumi package add`; docs/languages.md says how."""

import pulumi
import pulumi_pulumi_backup321 as backup321

config = pulumi.Config()

shop = backup321.DatabaseBackup(
    "shop",
    databases=[{"name": "shop", "secret_arn": config.require("secretArn")}],
    tiers=[
        {"tier": backup321.Tier.DAILY, "expire_days": 35},
        {
            "tier": backup321.Tier.MONTHLY,
            "expire_days": 400,
            "transitions": [{"storage_class": backup321.StorageClass.GLACIER, "days": 30}],
        },
    ],
    image=config.require("image"),
    vpc_id=config.require("vpcId"),
    subnet_ids=config.require_object("subnetIds"),
    replica_region=config.require("replicaRegion"),
    drill={"server_image": config.require("serverImage")},
)

pulumi.export("primaryBucketName", shop.primary_bucket_name)
pulumi.export("replicaBucketName", shop.replica_bucket_name)
pulumi.export("restorerRoleArn", shop.restorer_role_arn)
