// Written by scripts/gitleaksShapes.ts from config/gitleaks.toml of gitleaks v8.30.0-27-gb58d3f10; not to be edited by hand.
/*!
MIT License

Copyright (c) 2019 Zachary Rice

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
*/

/** Kind, texts of which one is in every match, pattern, and the entropy in bits a character that a match must exceed. */
export type GitleaksShape = readonly [kind: string, hints: readonly string[], pattern: RegExp, entropyBits: number];

/** The rules of gitleaks that know a token by its own fixed beginning. */
export const GITLEAKS_SHAPES: readonly GitleaksShape[] = [
  [
    "1Password key",
    ["A3-"],
    /\bA3-[A-Z0-9]{6}-(?:(?:[A-Z0-9]{11})|(?:[A-Z0-9]{6}-[A-Z0-9]{5}))-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}\b/g,
    3.8,
  ],
  ["1Password token", ["ops_eyJ"], /ops_eyJ[a-zA-Z0-9+/]{250,}={0,3}/g, 4],
  ["Adobe secret", ["p8e-"], /\b(p8e-[A-Za-z0-9]{32})(?![\w-])/g, 2],
  ["age secret key", ["AGE-SECRET-KEY-1"], /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/g, 0],
  ["Airtable token", ["pat"], /\b(pat[A-Za-z0-9]{14}\.[a-f0-9]{64})\b/g, 0],
  ["Alibaba key", ["LTAI"], /\b(LTAI[A-Za-z0-9]{20})(?![\w-])/g, 2],
  ["Anthropic key", ["sk-ant-admin01-"], /\b(sk-ant-admin01-[a-zA-Z0-9_-]{93}AA)(?![\w-])/g, 0],
  ["Anthropic key", ["sk-ant-api03-"], /\b(sk-ant-api03-[a-zA-Z0-9_-]{93}AA)(?![\w-])/g, 0],
  ["Artifactory key", ["AKCp"], /\bAKCp[A-Za-z0-9]{69}\b/g, 4.5],
  [
    "Authress key",
    [".acc_", ".acc-"],
    /\b((?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.(?:acc)[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120})(?![\w-])/g,
    2,
  ],
  ["Amazon Bedrock key", ["ABSK"], /\b(ABSK[A-Za-z0-9+/]{109,269}={0,2})(?![\w-])/g, 3],
  [
    "Amazon Bedrock key",
    ["bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t"],
    /bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t/g,
    3,
  ],
  ["Clojars token", ["CLOJARS_"], /CLOJARS_[A-Za-z0-9]{60}/g, 2],
  ["Cloudflare key", ["v1.0-"], /\b(v1\.0-[a-f0-9]{24}-[a-f0-9]{146})(?![\w-])/g, 2],
  ["Databricks token", ["dapi"], /\b(dapi[a-f0-9]{32}(?:-\d)?)(?![\w-])/g, 3],
  ["DigitalOcean token", ["doo_v1_"], /\b(doo_v1_[a-f0-9]{64})(?![\w-])/g, 3],
  ["DigitalOcean token", ["dop_v1_"], /\b(dop_v1_[a-f0-9]{64})(?![\w-])/g, 3],
  ["DigitalOcean token", ["dor_v1_"], /\b(dor_v1_[A-Fa-f0-9]{64})(?![\w-])/g, 0],
  ["Doppler token", ["dp.pt."], /dp\.pt\.[A-Za-z0-9]{43}/g, 2],
  ["Duffel token", ["duffel_"], /duffel_(?:test|live)_[A-Za-z0-9_\-=]{43}/g, 2],
  ["Dynatrace token", ["dt0c01."], /dt0c01\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}/g, 4],
  ["EasyPost token", ["EZAK"], /\bEZAK[A-Za-z0-9]{54}\b/g, 2],
  ["EasyPost token", ["EZTK"], /\bEZTK[A-Za-z0-9]{54}\b/g, 2],
  ["Facebook token", ["EAAM", "EAAC"], /\b(EAA[MC][A-Za-z0-9]{100,})(?![\w-])/g, 4],
  ["Flutterwave key", ["FLWSECK_TEST-"], /FLWSECK_TEST-[A-Ha-h0-9]{12}/g, 2],
  ["Flutterwave key", ["FLWSECK_TEST-"], /FLWSECK_TEST-[A-Ha-h0-9]{32}-X/g, 2],
  [
    "Fly.io token",
    ["fo1_", "fm1a_", "fm1r_", "fm2_"],
    /\b((?:fo1_[\w-]{43}|fm1[ar]_[a-zA-Z0-9+/]{100,}={0,3}|fm2_[a-zA-Z0-9+/]{100,}={0,3}))(?![\w-])/g,
    4,
  ],
  ["Frame.io token", ["fio-u-"], /fio-u-[A-Za-z0-9\-_=]{64}/g, 0],
  ["Google key", ["AIza"], /\b(AIza[\w-]{35})(?![\w-])/g, 4],
  ["GitHub token", ["ghu_", "ghs_"], /(?:ghu|ghs)_[0-9a-zA-Z]{36}/g, 3],
  ["GitHub token", ["github_pat_"], /github_pat_\w{82}/g, 3],
  ["GitHub token", ["gho_"], /gho_[0-9a-zA-Z]{36}/g, 3],
  ["GitHub token", ["ghp_"], /ghp_[0-9a-zA-Z]{36}/g, 3],
  ["GitHub token", ["ghr_"], /ghr_[0-9a-zA-Z]{36}/g, 3],
  ["GitLab token", ["glcbt-"], /glcbt-[0-9a-zA-Z]{1,5}_[0-9a-zA-Z_-]{20}/g, 3],
  ["GitLab token", ["gldt-"], /gldt-[0-9a-zA-Z_-]{20}/g, 3],
  ["GitLab token", ["glffct-"], /glffct-[0-9a-zA-Z_-]{20}/g, 3],
  ["GitLab token", ["glft-"], /glft-[0-9a-zA-Z_-]{20}/g, 3],
  ["GitLab token", ["glimt-"], /glimt-[0-9a-zA-Z_-]{25}/g, 3],
  ["GitLab token", ["glagent-"], /glagent-[0-9a-zA-Z_-]{50}/g, 3],
  ["GitLab secret", ["gloas-"], /gloas-[0-9a-zA-Z_-]{64}/g, 3],
  ["GitLab token", ["glpat-"], /glpat-[\w-]{20}/g, 3],
  ["GitLab token", ["glptt-"], /glptt-[0-9a-f]{40}/g, 3],
  ["GitLab token", ["GR1348941"], /GR1348941[\w-]{20}/g, 3],
  ["GitLab token", ["glrt-"], /glrt-[0-9a-zA-Z_-]{20}/g, 3],
  ["GitLab token", ["glsoat-"], /glsoat-[0-9a-zA-Z_-]{20}/g, 3],
  ["GitLab session cookie", ["_gitlab_session="], /_gitlab_session=[0-9a-z]{32}/g, 3],
  ["Grafana key", ["eyJrIjoi"], /\b(eyJrIjoi[A-Za-z0-9]{70,400}={0,3})(?![\w-])/g, 3],
  ["Grafana token", ["glc_"], /\b(glc_[A-Za-z0-9+/]{32,400}={0,3})(?![\w-])/g, 3],
  ["Grafana token", ["glsa_"], /\b(glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8})(?![\w-])/g, 3],
  ["Harness key", ["pat.", "sat."], /(?:pat|sat)\.[a-zA-Z0-9_-]{22}\.[a-zA-Z0-9]{24}\.[a-zA-Z0-9]{20}/g, 0],
  ["Terraform Cloud token", [".atlasv1."], /[A-Za-z0-9]{14}\.(?:atlasv1)\.[A-Za-z0-9\-_=]{60,70}/g, 3.5],
  ["Heroku token", ["HRKU-AA"], /\b((HRKU-AA[0-9a-zA-Z_-]{58}))(?![\w-])/g, 4],
  ["Hugging Face token", ["hf_"], /\b(hf_(?:[A-Za-z]{34}))(?![\w-])/g, 2],
  ["Hugging Face token", ["api_org_"], /\b(api_org_(?:[A-Za-z]{34}))(?![\w-])/g, 2],
  ["Infracost token", ["ico-"], /\b(ico-[a-zA-Z0-9]{32})(?![\w-])/g, 3],
  ["Intra42 secret", ["s-s4t2"], /\b(s-s4t2(?:ud|af)-[abcdef0123456789]{64})(?![\w-])/g, 3],
  ["Linear key", ["lin_api_"], /lin_api_[A-Za-z0-9]{40}/g, 2],
  ["MaxMind key", ["_mmk"], /\b([A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)(?![\w-])/g, 4],
  [
    "Microsoft Teams webhook URL",
    [".webhook.office.com/"],
    /https:\/\/[a-z0-9]+\.webhook\.office\.com\/webhookb2\/[a-z0-9]{8}-([a-z0-9]{4}-){3}[a-z0-9]{12}@[a-z0-9]{8}-([a-z0-9]{4}-){3}[a-z0-9]{12}\/IncomingWebhook\/[a-z0-9]{32}\/[a-z0-9]{8}-([a-z0-9]{4}-){3}[a-z0-9]{12}/g,
    0,
  ],
  ["Notion token", ["ntn_"], /\b(ntn_[0-9]{11}[A-Za-z0-9]{32}[A-Za-z0-9]{3})(?![\w-])/g, 4],
  ["npm token", ["npm_"], /\b(npm_[A-Za-z0-9]{36})(?![\w-])/g, 2],
  ["Octopus Deploy key", ["API-"], /\b(API-[A-Z0-9]{26})(?![\w-])/g, 3],
  [
    "OpenAI key",
    ["T3BlbkFJ"],
    /\b(sk-(?:proj|svcacct|admin)-(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})T3BlbkFJ(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})\b|sk-[a-zA-Z0-9]{20}T3BlbkFJ[a-zA-Z0-9]{20})(?![\w-])/g,
    3,
  ],
  ["OpenShift token", ["sha256~"], /\b(sha256~[\w-]{43})(?![\w-])/g, 3.5],
  ["Perplexity key", ["pplx-"], /\b(pplx-[a-zA-Z0-9]{48})(?![\w-])/g, 4],
  ["PlanetScale token", ["pscale_tkn_"], /\b(pscale_tkn_[\w=.-]{32,64})(?![\w-])/g, 3],
  ["PlanetScale token", ["pscale_oauth_"], /\b(pscale_oauth_[\w=.-]{32,64})(?![\w-])/g, 3],
  ["PlanetScale password", ["pscale_pw_"], /\b(pscale_pw_[\w=.-]{32,64})(?![\w-])/g, 3],
  ["Postman token", ["PMAK-"], /\b(PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34})(?![\w-])/g, 3],
  ["Prefect token", ["pnu_"], /\b(pnu_[a-zA-Z0-9]{36})(?![\w-])/g, 2],
  ["Pulumi token", ["pul-"], /\b(pul-[a-f0-9]{40})(?![\w-])/g, 2],
  ["PyPI token", ["pypi-AgEIcHlwaS5vcmc"], /pypi-AgEIcHlwaS5vcmc[\w-]{50,1000}/g, 3],
  ["ReadMe token", ["rdme_"], /\b(rdme_[a-z0-9]{70})(?![\w-])/g, 2],
  ["RubyGems token", ["rubygems_"], /\b(rubygems_[a-f0-9]{48})(?![\w-])/g, 2],
  ["Scalingo token", ["tk-us-"], /\b(tk-us-[\w-]{48})(?![\w-])/g, 2],
  ["SendGrid token", ["SG."], /\b(SG\.[A-Za-z0-9=_\-.]{66})(?![\w-])/g, 2],
  ["Sendinblue token", ["xkeysib-"], /\b(xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16})(?![\w-])/g, 2],
  [
    "Sentry token",
    ["sntrys_eyJpYXQiO"],
    /\bsntrys_eyJpYXQiO[a-zA-Z0-9+/]{10,200}(?:LCJyZWdpb25fdXJs|InJlZ2lvbl91cmwi|cmVnaW9uX3VybCI6)[a-zA-Z0-9+/]{10,200}={0,2}_[a-zA-Z0-9+/]{43}(?![a-zA-Z0-9+/])/g,
    4.5,
  ],
  ["Sentry token", ["sntryu_"], /\b(sntryu_[a-f0-9]{64})(?![\w-])/g, 3.5],
  ["SettleMint token", ["sm_aat_"], /\b(sm_aat_[a-zA-Z0-9]{16})(?![\w-])/g, 3],
  ["SettleMint token", ["sm_pat_"], /\b(sm_pat_[a-zA-Z0-9]{16})(?![\w-])/g, 3],
  ["SettleMint token", ["sm_sat_"], /\b(sm_sat_[a-zA-Z0-9]{16})(?![\w-])/g, 3],
  ["Shippo token", ["shippo_"], /\b(shippo_(?:live|test)_[a-fA-F0-9]{40})(?![\w-])/g, 2],
  ["Shopify token", ["shpat_"], /shpat_[a-fA-F0-9]{32}/g, 2],
  ["Shopify token", ["shpca_"], /shpca_[a-fA-F0-9]{32}/g, 2],
  ["Shopify token", ["shppa_"], /shppa_[a-fA-F0-9]{32}/g, 2],
  ["Shopify secret", ["shpss_"], /shpss_[a-fA-F0-9]{32}/g, 2],
  ["Slack token", ["xapp-"], /xapp-\d-[a-zA-Z0-9]+-\d+-[A-Za-z0-9]+/g, 2],
  ["Slack token", ["xoxb-"], /xoxb-[0-9]{10,13}-[0-9]{10,13}[a-zA-Z0-9-]*/g, 3],
  ["Slack token", ["xoxe.xox"], /xoxe.xox[bp]-\d-[a-zA-Z0-9]{163,166}/g, 2],
  ["Slack token", ["xoxe-"], /xoxe-\d-[a-zA-Z0-9]{146}/g, 2],
  ["Slack token", ["xoxb-"], /xoxb-[0-9]{8,14}-[a-zA-Z0-9]{18,26}/g, 2],
  ["Slack token", ["xoxo-", "xoxs-"], /xox[os]-\d+-\d+-\d+-[a-fA-F\d]+/g, 2],
  ["Slack token", ["xoxa-", "xoxr-"], /xox[ar]-(?:\d-)?[0-9a-zA-Z]{8,48}/g, 2],
  ["Slack token", ["xoxp-", "xoxe-"], /xox[pe](?:-[0-9]{10,13}){3}-[a-zA-Z0-9-]{28,34}/g, 2],
  [
    "Slack webhook URL",
    ["hooks.slack.com/"],
    /(?:https?:\/\/)?hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{43,56}/g,
    0,
  ],
  ["Stripe key", ["sk_", "rk_"], /\b((?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,99})(?![\w-])/g, 2],
  ["Vault token", ["hvb."], /\b(hvb\.[\w-]{138,300})(?![\w-])/g, 4],
];
