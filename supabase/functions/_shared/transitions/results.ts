import type { JobScene } from "./projects.ts";

/** What a provider made, in our words, whichever provider it was. URLs are the provider's own. */
export type Output = {
  video_url?: string;
  image_url?: string;
  thumbnail_url?: string;
  audio_url?: string;
  /** The captions of a film, as SubRip and as WebVTT. */
  srt_url?: string;
  vtt_url?: string;
  images?: { url: string; width: number | null; height: number | null }[];
  /** Seconds. */
  duration?: number;
  fps?: number;
  width?: number;
  height?: number;
  quality_score?: number;
  /** Of a frame: it shows next to nothing. */
  is_plain?: boolean;
  bytes_per_pixel?: number;
  /** US dollars, where the provider says what it took for it. */
  cost_usd?: number;
  /** A storyboard: who wrote it, and how often it had to be sent back. */
  scenes?: JobScene[];
  by?: "model" | "splitter";
  title?: string;
  repairs?: number;
  /** Of a request that was to be given up: what it had made already. */
  made?: Output;
};

/** Why a provider did not make it. `retryable`: the same request may pass another time. */
export type Failure = {
  message: string;
  retryable: boolean;
  /** It is paid for all the same, though no request can be asked about. */
  billed?: boolean;
  /** Seconds that the provider asked us to wait. */
  retry_after?: number;
};
