import { allowsPrivateTargets, type Get, isVideoServiceSet, optional } from "../env.ts";
import { chosenProviders } from "./chosen_providers.ts";
import { readFinishOffers } from "./finish_offers.ts";

/** What a job may ask of this installation, read once by each door that takes jobs. */
export function readInstallation(get: Get) {
  return {
    allowPrivate: allowsPrivateTargets(get),
    hasVideoService: isVideoServiceSet(get),
    hasStoryboardModel: optional(get, "OPENAI_API_KEY") !== null,
    offers: readFinishOffers(get),
    notify: optional(get, "NOTIFICATION_SERVICE_URL") !== null,
    providers: chosenProviders(get),
  };
}
