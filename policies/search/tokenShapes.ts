import { isDocumentedSample, isMasked } from "./literals";
import type { Shape } from "./shape";

const TOKEN_END = "(?![\\w-])";
const token = (kind: string, hint: string | readonly string[], body: string): Shape => ({
  kind,
  hints: [hint].flat(),
  pattern: new RegExp(`(?<![A-Za-z0-9_])${body}${TOKEN_END}`, "g"),
  accept: (match) => !isMasked(match),
});

/**
 * Tokens that say by their own beginning whose they are, and that gitleaks has not, has wider than here, or knows by a
 * keyword nearby alone. As their issuers document them.
 */
export const TOKEN_SHAPES: readonly Shape[] = [
  {
    kind: "AWS access key id",
    hints: ["AKIA", "ASIA", "ABIA", "ACCA"],
    pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g,
    accept: (match) => !isDocumentedSample(match) && !isMasked(match),
  },
  {
    kind: "AWS session token",
    hints: ["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"],
    pattern: /(?<![A-Za-z0-9])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9+/=]{50,}/g,
  },
  {
    kind: "JSON web token",
    hints: ["eyJ"],
    // A beginning inside a run of its own characters is none: each would look through the rest of the run again.
    pattern: /(?<![\w-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
  },
  token("GitHub token", "ghs_", "ghs_\\d{1,12}_eyJ[\\w-]{10,300}\\.[\\w-]{10,4000}\\.[\\w-]{10,1000}"),
  {
    kind: "Slack token",
    hints: ["xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-"],
    pattern: /(?<![A-Za-z0-9_])xox[abeoprs]-(?:\d-)?\d{8,14}-[A-Za-z0-9-]{10,}/g,
  },
  {
    kind: "Slack webhook URL",
    hints: ["hooks.slack.com/"],
    pattern: /hooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/[A-Za-z0-9]{20,}/g,
  },
  {
    kind: "Discord webhook URL",
    hints: ["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
    pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{15,22}\/[\w-]{60,80}/g,
  },
  {
    kind: "Microsoft Teams webhook URL",
    hints: [".logic.azure.com"],
    pattern: /\.logic\.azure\.com[^\s"'<>]{1,400}[?&;]sig=[\w%-]{40,}/g,
  },
  token("Telegram token", ":AA", "\\d{8,10}:AA[\\w-]{33}"),
  token("Discord token", [".G", ".X", ".Y"], "[MNO][A-Za-z\\d_-]{23,27}\\.[GXY][\\w-]{5}\\.[\\w-]{27,40}"),
  token("Stripe webhook secret", "whsec_", "whsec_[A-Za-z0-9+/=]{32,}"),
  token("Google OAuth secret", "GOCSPX-", "GOCSPX-[\\w-]{28}"),
  token("Google access token", "ya29.", "ya29\\.[\\w-]{30,}"),
  token("Google refresh token", "1//0", "1//0[\\w-]{40,110}"),
  token("Docker Hub token", ["dckr_pat_", "dckr_oat_"], "dckr_[po]at_[\\w-]{27,40}"),
  token("Vault token", ["hvs.", "hvr."], "hv[sr]\\.[\\w-]{24,200}"),
  token("New Relic key", ["NRAK-", "NRII-", "NRIQ-"], "NR(?:AK|II|IQ)-[A-Za-z0-9_-]{27,32}"),
  token("New Relic key", "NRAL", "[a-f0-9]{36}NRAL"),
  token("Mailgun key", "key-", "key-[a-f0-9]{32}"),
  token("Mailchimp key", "-us", "[a-f0-9]{32}-us\\d{1,2}"),
  token("Mandrill key", "md-", "md-[\\w-]{22}"),
  token("Twilio key", "SK", "SK[a-f0-9]{32}"),
  token("Anthropic key", "sk-ant-", "sk-ant-[a-z0-9]{3,10}-[\\w-]{80,120}"),
  token("OpenRouter key", "sk-or-v1-", "sk-or-v1-[a-f0-9]{64}"),
  token("Groq key", "gsk_", "gsk_[A-Za-z0-9]{52}"),
  token("xAI key", "xai-", "xai-[A-Za-z0-9]{80}"),
  token("Replicate token", "r8_", "r8_[A-Za-z0-9]{37}"),
  token("LangSmith key", "lsv2_", "lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
  token("Pinecone key", "pcsk_", "pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{50,70}"),
  token("Square token", ["sq0atp-", "sq0csp-"], "sq0(?:atp|csp)-[\\w-]{22,60}"),
  token("PayPal token", "access_token$production$", "access_token\\$production\\$[a-z0-9]{16}\\$[a-f0-9]{32}"),
  token("Shopify token", ["shpat_", "shpca_", "shppa_", "shpss_"], "shp(?:at|ca|pa|ss)_[A-Za-z0-9]{32,64}"),
  token("Vercel token", ["vcp_", "vci_", "vca_", "vcr_", "vck_"], "vc[piark]_[A-Za-z0-9]{24,64}"),
  token("Facebook token", "|", "\\d{15,16}\\|[\\w-]{27}"),
  token("Figma token", "figd_", "figd_[\\w-]{36,60}"),
  token("Notion token", "secret_", "secret_[A-Za-z0-9]{43}"),
  token(
    "Atlassian token",
    ["ATATT3xFf", "ATCTT3xFf", "ATBB"],
    "(?:AT[AC]TT3xFf[\\w-]{100,240}=[A-F0-9]{8}|ATBB[A-Za-z0-9]{32})",
  ),
  token("Sonar token", ["squ_", "sqp_", "sqa_"], "sq[upa]_[a-f0-9]{40}"),
  token("Supabase token", ["sbp_", "sb_secret_"], "(?:sbp_[a-f0-9]{40}|sb_secret_[\\w-]{31,60})"),
  token("MongoDB Atlas secret", "mdb_sa_sk_", "mdb_sa_sk_[\\w-]{40}"),
  token("Neon key", "napi_", "napi_[a-z0-9]{64}"),
  token("Render key", "rnd_", "rnd_[A-Za-z0-9]{28,40}"),
  token("Tailscale key", "tskey-", "tskey-[a-z]{2,12}-[A-Za-z0-9]{8,20}(?:CNTRL)?-[A-Za-z0-9]{20,40}"),
  token(
    "Doppler token",
    ["dp.st.", "dp.ct.", "dp.sa.", "dp.scim."],
    "dp\\.(?:st|ct|sa|scim)\\.(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}",
  ),
  token("Azure AD client secret", "Q~", "[A-Za-z0-9_~.]{3}\\dQ~[\\w~.-]{31,34}"),
  token("Azure DevOps token", "AZDO", "[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}"),
  token(
    "HubSpot token",
    ["pat-na1-", "pat-na2-", "pat-eu1-"],
    "pat-(?:na1|na2|eu1)-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}",
  ),
  token("Buildkite token", ["bkua_", "bkct_"], "bk(?:ua|ct)_[a-f0-9]{40}"),
  token("CircleCI token", "CCIPAT_", "CCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}"),
  token(
    "LaunchDarkly key",
    ["sdk-", "api-"],
    "(?:sdk|api)-[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}",
  ),
  token("Resend key", "re_", "re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}"),
  token("Okta token", "SSWS ", "SSWS 00[\\w-]{40}"),
  token("Sourcegraph token", "sgp_", "sgp_(?:(?:[A-Fa-f0-9]{16}|local)_)?[A-Fa-f0-9]{40}"),
  token("Contentful token", "CFPAT-", "CFPAT-[\\w-]{43}"),
  token("PostHog key", "phx_", "phx_[A-Za-z0-9]{43,48}"),
  token("crates.io token", "cio", "cio[A-Za-z0-9]{32}"),
  token("NuGet key", "oy2", "oy2[a-z0-9]{43}"),
  token("Netlify token", "nfp_", "nfp_[A-Za-z0-9_]{36}"),
  token(
    "Infisical token",
    "st.",
    "st\\.[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}\\.[a-f0-9]{32}\\.[a-f0-9]{32}",
  ),
];
