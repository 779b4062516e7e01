/** Backups by this library that nobody ever restores: the first restore is the one that counts. */
import { DatabaseBackup } from "pulumi-backup321";

new DatabaseBackup("orders", {
  databases: [{ name: "orders", secretArn: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:orders-AbCdEf" }],
  image: `registry.example.com/backup321-runner@sha256:${"5e".repeat(32)}`,
  vpcId: "vpc-0a1b2c3d4e5f67890",
  subnetIds: ["subnet-0a1b2c3d4e5f67890"],
  replicaRegion: "eu-west-1",
});
