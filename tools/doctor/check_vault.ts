import { createHash } from "node:crypto";
import type { Sql } from "postgres";
import {
  type Get,
  optional,
  readSecrets,
  webhookBaseUrl,
  withoutSlash,
} from "../../supabase/functions/_shared/env.ts";
import { type Finding, missing, note, ok, wrong } from "./finding.ts";

/** `undefined`: there is none. `null`: it is there, and Vault cannot decrypt it. */
type Digest = string | null | undefined;

const SET = "deno task db:secrets, with WEBHOOK_BASE_URL and PIPELINE_BELL_SECRET set";

/**
 * The database's own settings in Vault against the environment. Only digests are read: no secret
 * leaves the database.
 */
export async function checkVault(sql: Sql, get: Get): Promise<Finding[]> {
  return [
    judge(
      "reelay_functions_url",
      await readDigest(sql, "reelay_functions_url"),
      functionUrls(get),
      {
        from: "WEBHOOK_BASE_URL",
      },
    ),
    judge(
      "reelay_bell_secret",
      await readDigest(sql, "reelay_bell_secret"),
      readSecrets(get, "PIPELINE_BELL_SECRET").map((secret) => secret.replace(/^v1,/, "")),
      { from: "PIPELINE_BELL_SECRET" },
    ),
  ];
}

async function readDigest(sql: Sql, name: string): Promise<Digest> {
  const [known] = await sql`select from vault.secrets where name = ${name}`;
  if (!known) return undefined;
  // The bell is signed with the first of several secrets, as private.post_bell does.
  const found = await sql<{ digest: string }[]>`
    select encode(sha256(convert_to(
      case name
        when 'reelay_bell_secret'
          then btrim(split_part(regexp_replace(decrypted_secret, '^v1,', ''), ',', 1))
        else regexp_replace(decrypted_secret, '/+$', '')
      end, 'UTF8')), 'hex') as digest
    from vault.decrypted_secrets
    where name = ${name} and decrypted_secret <> ''`.catch(() => null);
  return found === null ? null : found[0]?.digest;
}

function judge(
  name: string,
  digest: Digest,
  values: string[],
  { from }: { from: string },
): Finding {
  if (digest === undefined) return missing(`Vault secret ${name}`, SET);
  if (digest === null) {
    return wrong(`Vault secret ${name} cannot be decrypted: is it another project's?`, SET);
  }
  if (values.length === 0) {
    return note(`Vault secret ${name} is set; ${from} is not set here to compare it with`);
  }
  return values.some((value) => sha256(value) === digest)
    ? ok(`Vault secret ${name} is that of ${from}`)
    : wrong(`Vault secret ${name} differs from ${from} of this environment`, SET);
}

/** The functions may be reached from the database by another way than from outside. */
function functionUrls(get: Get): string[] {
  const project = optional(get, "SUPABASE_URL");
  const direct = project && `${withoutSlash(project)}/functions/v1`;
  return [webhookBaseUrl(get), direct].flatMap((url) => url || []);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
