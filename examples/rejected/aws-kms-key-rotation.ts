/** A key that keeps its material for as long as it lives. */
import * as aws from "@pulumi/aws";

new aws.kms.Key("archive", { description: "encrypts the archive", enableKeyRotation: false });
