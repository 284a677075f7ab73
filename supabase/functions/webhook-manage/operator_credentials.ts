import { equal } from "../_shared/constant_time.ts";
import type { Credentials, CredentialsDeps } from "../_shared/credentials.ts";
import { databaseAddress, readSecrets } from "../_shared/env.ts";
import { isBearer, readBearer } from "../_shared/signatures/bearer.ts";
import { createAdminTokens } from "./admin_tokens.ts";

/**
 * Who may manage: `apikey` or Bearer is an OPERATOR_KEY, or Bearer is the token of a user who is
 * an admin. The project's secret key opens the whole database and is none, wherever it is written.
 */
export function operatorCredentials(deps: CredentialsDeps): Credentials {
  const { get, log } = deps;
  const address = databaseAddress(get);
  const secretKey = "key" in address ? address.key : null;
  const given = readSecrets(get, "OPERATOR_KEY");
  const keys = given.filter((key) => key !== secretKey);
  if (keys.length < given.length) log("operator_key.is_secret_key");
  const tokens = createAdminTokens(deps);

  return {
    configured: keys.length > 0 || tokens !== null,

    async verify(headers) {
      const apikey = headers.get("apikey") ?? "";
      const authorization = headers.get("authorization");
      if (keys.some((key) => equal(key, apikey)) || isBearer(authorization, keys)) {
        return { kind: "verified", deliveryId: null };
      }
      const token = readBearer(authorization);
      if (token === null || tokens === null) return { kind: "refused" };
      const kind = await tokens.verify(token);
      return kind === "verified" ? { kind, deliveryId: null } : { kind };
    },
  };
}
