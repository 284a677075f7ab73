import type { SchemeName } from "./schemes.ts";

/** A signed request whose signature somebody else published or made. */
export type Vector = {
  scheme: SchemeName;
  secret: string;
  headers: Record<string, string>;
  body: string;
  /** Seconds; null where the scheme signs no time. */
  at: number | null;
  id: string | null;
};

const SLACK_BODY = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow" +
  "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner" +
  "&command=%2Fwebhook-collect&text=" +
  "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554" +
  "%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

/** HMAC-SHA256 of RFC 4231, test case 2. */
const RFC_4231 = {
  secret: "Jefe",
  body: "what do ya want for nothing?",
  hex: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  base64: "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=",
};

const STANDARD = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  body: '{"test": 2432232314}',
  at: 1614265330,
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

const STRIPE = {
  secret: "whsec_test_secret",
  body: '{"id":"evt_test"}',
  at: 1700000000,
  header: "t=1700000000,v1=13941114bb88ac44a76abcfddea5b92aa6182a4b63d8be3aae908a616083bd7e",
};

/** Ed25519 of RFC 8032, section 7.1, test 2: the one byte 0x72. */
const RFC_8032 = {
  key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
  body: "r",
  signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
};

/** By seed 00..1f, as fal's vector is. */
const DISCORD = {
  key: "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
  body: '{"type":1}',
  at: 1700000000,
  signature: "c1098e97d711377f30225d53d94b89d43537f92e5b3afaddc590781b1f9f9d4b" +
    "2eeab335d370be3b9a090bc61a85b86448bc140dcd195f1569c2bff181257607",
};

function plain(scheme: SchemeName, header: string, value: string): Vector {
  return { scheme, headers: { [header]: value }, at: null, id: null, ...only(RFC_4231) };
}

function standard(scheme: SchemeName, brand: string): Vector {
  const headers = {
    [`${brand}-id`]: STANDARD.id,
    [`${brand}-timestamp`]: `${STANDARD.at}`,
    [`${brand}-signature`]: STANDARD.signature,
  };
  return { scheme, headers, ...only(STANDARD), at: STANDARD.at, id: STANDARD.id };
}

function only({ secret, body }: { secret: string; body: string }) {
  return { secret, body };
}

export const VECTORS: readonly Vector[] = [
  plain("hmac", "x-webhook-signature", RFC_4231.hex),
  plain("hmac", "x-webhook-signature", `sha256=${RFC_4231.hex}`),
  plain("hmac", "x-webhook-signature", RFC_4231.hex.toUpperCase()),
  plain("hmac_base64", "x-webhook-signature", RFC_4231.base64),
  plain("shopify", "x-shopify-hmac-sha256", RFC_4231.base64),
  plain("bearer", "authorization", "Bearer Jefe"),
  plain("token", "x-webhook-token", "Jefe"),
  plain("gitlab", "x-gitlab-token", "Jefe"),
  {
    scheme: "github",
    secret: "It's a Secret to Everybody",
    headers: {
      "x-hub-signature-256":
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    },
    body: "Hello, World!",
    at: null,
    id: null,
  },
  standard("standard", "webhook"),
  standard("replicate", "webhook"),
  standard("svix", "svix"),
  {
    scheme: "stripe",
    headers: { "stripe-signature": STRIPE.header },
    ...only(STRIPE),
    at: STRIPE.at,
    id: null,
  },
  {
    scheme: "timestamped",
    headers: { "x-webhook-signature": STRIPE.header },
    ...only(STRIPE),
    at: STRIPE.at,
    id: null,
  },
  {
    scheme: "slack",
    secret: "8f742231b10e8888abcd99yyyzzz85a5",
    headers: {
      "x-slack-request-timestamp": "1531420618",
      "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    },
    body: SLACK_BODY,
    at: 1531420618,
    id: null,
  },
  {
    scheme: "ed25519",
    secret: RFC_8032.key,
    headers: { "x-signature-ed25519": RFC_8032.signature },
    body: RFC_8032.body,
    at: null,
    id: null,
  },
  {
    scheme: "discord",
    secret: DISCORD.key,
    headers: {
      "x-signature-timestamp": `${DISCORD.at}`,
      "x-signature-ed25519": DISCORD.signature,
    },
    body: DISCORD.body,
    at: DISCORD.at,
    id: null,
  },
];
