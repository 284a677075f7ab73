import { runFfmpeg } from "./ffmpeg.ts";
import { H264, joinClips, MP4 } from "./media.ts";
import { type Probe, probe } from "./probe.ts";
import { AAC, SOUND_FORMAT } from "./sound.ts";

/** Seconds on each side of a fade through black. */
const FADE_IN_SECONDS = 0.25;

/** How a film is joined; what is absent is decided by the clips. */
export type Cut = {
  videos: string[];
  path: string;
  /** How the film comes to each video. */
  transitions?: readonly string[];
  width?: number;
  height?: number;
  fps?: number;
  signal?: AbortSignal;
};

/**
 * Joins clips with their sound, in one size and rate: what is asked for, else the smallest of each.
 * A clip without sound is silent. Fades take place within the clips: the film is as long as they
 * are together.
 */
export async function cutFilm({ videos, path, signal, ...cut }: Cut): Promise<void> {
  const clips = await Promise.all(videos.map((video) => probe(video)));
  const { transitions = [], width, height, fps } = cut;
  const fades = transitions.slice(1).some((transition) => transition === "fade");
  const hasSound = clips.some((clip) => clip.hasAudio);
  if (!fades && !hasSound && !width && !height && !fps) {
    return await joinClips({ videos, path, signal });
  }

  const size = {
    width: width ?? Math.min(...clips.map((clip) => clip.width)),
    height: height ?? Math.min(...clips.map((clip) => clip.height)),
    fps: fps ?? Math.min(...clips.map((clip) => clip.fps)),
  };
  const legs = clips.flatMap((clip, n) => {
    const edges = {
      begin: n > 0 && transitions[n] === "fade",
      end: transitions[n + 1] === "fade",
    };
    return [picture(n, clip, { ...size, ...edges }), ...hasSound ? [sound(n, clip, edges)] : []];
  });
  const inputs = clips.map((_, n) => hasSound ? `[v${n}][a${n}]` : `[v${n}]`).join("");
  const joint = `${inputs}concat=n=${clips.length}:v=1:a=${hasSound ? 1 : 0}`;
  await runFfmpeg([
    ...videos.flatMap((video) => ["-i", video]),
    ...["-filter_complex", `${legs.join(";")};${joint}[v]${hasSound ? "[a]" : ""}`],
    ...["-map", "[v]", ...hasSound ? ["-map", "[a]", ...AAC] : []],
    ...[...H264, ...MP4, path],
  ], signal);
}

type Edges = { begin: boolean; end: boolean };

function picture(
  n: number,
  clip: Probe,
  { width, height, fps, ...edges }: Edges & { width: number; height: number; fps: number },
): string {
  return [
    `[${n}:v]fps=${fps}`,
    `scale=${width}:${height}:force_original_aspect_ratio=decrease`,
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
    ...fadesOf("fade", pictureSeconds(clip), edges),
    "setsar=1",
    `format=yuv420p[v${n}]`,
  ].join(",");
}

/** As long as the picture, to the sample: what is heard does not drift away from what is seen. */
function sound(n: number, clip: Probe, edges: Edges): string {
  const seconds = pictureSeconds(clip);
  const source = clip.hasAudio
    ? `[${n}:a]${SOUND_FORMAT},apad`
    : `anullsrc=sample_rate=48000:channel_layout=stereo,${SOUND_FORMAT}`;
  const fades = clip.hasAudio ? fadesOf("afade", seconds, edges) : [];
  return [source, `atrim=0:${seconds}`, ...fades, `asetpts=PTS-STARTPTS[a${n}]`].join(",");
}

function fadesOf(filter: "fade" | "afade", seconds: number, { begin, end }: Edges): string[] {
  const out = Math.max(0, seconds - FADE_IN_SECONDS);
  return [
    ...begin ? [`${filter}=t=in:st=0:d=${FADE_IN_SECONDS}`] : [],
    ...end ? [`${filter}=t=out:st=${out}:d=${FADE_IN_SECONDS}`] : [],
  ];
}

/** A track of sound ends up to a packet later than the picture, and the file with it. */
function pictureSeconds({ frames, fps, duration }: Probe): number {
  return fps > 0 && frames > 0 ? frames / fps : duration;
}

/** Shows captions over a film; its sound stays as it is. */
export async function burnCaptions(
  { video, captions, path, signal }: {
    video: string;
    /** A file of SubRip. */
    captions: string;
    path: string;
    signal?: AbortSignal;
  },
): Promise<void> {
  const escaped = captions.replaceAll("\\", "\\\\").replaceAll(":", "\\:").replaceAll("'", "\\'");
  const style = "Fontsize=14,BorderStyle=3,Outline=1,BackColour=&H80000000";
  await runFfmpeg([
    ...["-i", video, "-vf", `subtitles='${escaped}':force_style='${style}'`],
    ...[...H264, "-c:a", "copy", ...MP4, path],
  ], signal);
}
