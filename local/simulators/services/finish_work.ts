import { burnCaptions } from "../cut.ts";
import { downloadInput, type ModelDeps } from "../fal/download_input.ts";
import { joinClips } from "../media.ts";
import { probe } from "../probe.ts";
import { text } from "../read_input.ts";
import { mixMusic, putSoundUnder } from "../sound.ts";
import { missingUrl, type ServiceKind } from "./kind.ts";
import { filmOf } from "./published.ts";

/** What a stitch service does besides joining, by the path that it is posted to. */
export const FINISH_WORK: NonNullable<ServiceKind["also"]> = {
  "/v1/stitch/mux": {
    check({ audio_url, video_urls }) {
      if (!Array.isArray(video_urls) || video_urls.length < 1) {
        return "video_urls must be one or more";
      }
      const urls = { audio_url, ...Object.fromEntries(video_urls.entries()) };
      return missingUrl(urls, ...Object.keys(urls));
    },
    async make({ audio_url, video_urls }, deps) {
      const { media, signal } = deps;
      const urls = Array.isArray(video_urls) ? video_urls : [];
      const videos = await Promise.all(urls.map((url) => fetchUrl(url, deps)));
      const file = await fetchUrl(audio_url, deps);
      const video = media.newPath(".mp4");
      await joinClips({ videos, path: video, signal });
      const { duration: seconds } = await probe(video);
      const path = media.newPath(".mp4");
      await putSoundUnder({ video, sounds: [{ file, at: 0, seconds }], seconds, path, signal });
      return await filmOf(path, deps);
    },
  },
  "/v1/stitch/mix": {
    check(input) {
      const { volume } = input;
      if (volume !== undefined && !(typeof volume === "number" && volume > 0)) {
        return "volume must be a number above 0";
      }
      return missingUrl(input, "video_url", "music_url");
    },
    async make({ video_url, music_url, volume, ducking }, deps) {
      const { media, signal } = deps;
      const [video, music] = await Promise.all([
        fetchUrl(video_url, deps),
        fetchUrl(music_url, deps),
      ]);
      const path = media.newPath(".mp4");
      const level = typeof volume === "number" ? volume : 1;
      await mixMusic({ video, music, volume: level, ducking: ducking === true, path, signal });
      return await filmOf(path, deps);
    },
  },
  "/v1/stitch/captions": {
    check: (input) => missingUrl(input, "video_url", "captions_url"),
    async make({ video_url, captions_url }, deps) {
      const { media, signal } = deps;
      const video = await fetchUrl(video_url, deps);
      const captions = media.newPath(".srt");
      await Deno.rename(await fetchUrl(captions_url, deps), captions);
      const path = media.newPath(".mp4");
      await burnCaptions({ video, captions, path, signal });
      return await filmOf(path, deps);
    },
  },
};

function fetchUrl(url: unknown, deps: ModelDeps): Promise<string> {
  return downloadInput({ url: text(url) }, "url", deps);
}
