import { z } from "zod";
import { MediaError, runFfprobe } from "./ffmpeg.ts";

export type Probe = {
  codec: string;
  /** Seconds. */
  duration: number;
  width: number;
  height: number;
  fps: number;
  frames: number;
  hasAudio: boolean;
  /** Equal for two videos whose packets can stand in one file. */
  encoding: string;
};

const Report = z.object({
  streams: z.array(z.looseObject({
    codec_type: z.string(),
    codec_name: z.string().default("unknown"),
    width: z.number().optional(),
    height: z.number().optional(),
    pix_fmt: z.string().optional(),
    time_base: z.string().optional(),
    avg_frame_rate: z.string().optional(),
    nb_read_packets: z.string().optional(),
    extradata_hash: z.string().optional(),
  })),
  format: z.object({ duration: z.string().optional() }),
});

/** What ffprobe reads in a video or image. Throws MediaError where there is no picture in it. */
export async function probe(path: string): Promise<Probe> {
  const report = Report.parse(JSON.parse(
    await runFfprobe([
      ...["-count_packets", "-show_streams", "-show_format", "-show_data_hash", "md5", path],
    ]),
  ));
  const video = report.streams.find((stream) => stream.codec_type === "video");
  if (!video?.width || !video.height) {
    throw new MediaError(`Cannot probe ${path}: no picture in it`);
  }
  const fps = rate(video.avg_frame_rate);
  const encoding = [
    ...[video.codec_name, video.width, video.height, video.pix_fmt, fps],
    ...[video.time_base, video.extradata_hash],
  ].join(" ");
  return {
    codec: video.codec_name,
    duration: Number(report.format.duration ?? 0),
    width: video.width,
    height: video.height,
    fps,
    frames: Number(video.nb_read_packets ?? 0),
    hasAudio: report.streams.some((stream) => stream.codec_type === "audio"),
    encoding,
  };
}

function rate(fraction: string | undefined): number {
  const [over = 0, under = 1] = (fraction ?? "0/1").split("/").map(Number);
  return under === 0 ? 0 : over / under;
}

/** Seconds of the sound in a file; 0 without any. */
export async function soundSeconds(path: string): Promise<number> {
  const Sound = z.object({ streams: z.array(z.object({ duration: z.string().optional() })) });
  const { streams: [sound] } = Sound.parse(JSON.parse(
    await runFfprobe(["-select_streams", "a", "-show_streams", path]),
  ));
  return Number(sound?.duration ?? 0);
}

/** Seconds of a file of sound or video, whichever of its streams is the longest. */
export async function mediaSeconds(path: string): Promise<number> {
  const { format } = Report.parse(
    JSON.parse(await runFfprobe(["-show_streams", "-show_format", path])),
  );
  return Number(format.duration ?? 0);
}
