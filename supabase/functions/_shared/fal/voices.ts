/*
 * Voices that fal publishes by name for its endpoints that speak (`endpoints.d.ts` of @fal-ai/client
 * 1.10.1). Endpoints that are not here take any name, and say themselves which they know.
 */

const names = (text: string) => text.split(/\s+/u).filter((name) => name !== "");

/** Inworld says a voice's language behind its name. */
const INWORLD: Readonly<Record<string, string>> = {
  en: `Loretta Darlene Marlene Hank Evelyn Celeste Pippa Tessa Liam Callum Hamish Abby Graham Rupert
    Mortimer Snik Anjali Saanvi Arjun Claire Oliver Simon Elliot James Serena Gareth Vinny Lauren
    Jessica Ethan Tyler Jason Chloe Veronica Victoria Miranda Sebastian Victor Malcolm Kayla Nate Jake
    Brian Amina Kelsey Derek Grant Evan Alex Ashley Craig Deborah Dennis Edward Elizabeth Hades Julia
    Pixie Mark Olivia Priya Ronald Sarah Shaun Theodore Timothy Wendy Dominus Hana Clive Carter Blake
    Luna`,
  zh: "Yichen Xiaoyin Xinyi Jing",
  nl: "Erik Katrien Lennart Lore",
  fr: "Alain Hélène Mathieu Étienne",
  de: "Johanna Josef",
  it: "Gianni Orietta",
  ja: "Asuka Satoshi",
  ko: "Hyunwoo Minji Seojun Yoona",
  pl: "Szymon Wojciech",
  pt: "Heitor Maitê",
  es: "Diego Lupita Miguel Rafael",
  ru: "Svetlana Elena Dmitry Nikolai",
  hi: "Riya Manoj",
  he: "Yael Oren",
  ar: "Nour Omar",
};

export const VOICES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "fal-ai/kokoro/american-english",
    names(
      `af_heart af_alloy af_aoede af_bella af_jessica af_kore af_nicole af_nova af_river af_sarah
      af_sky am_adam am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck am_santa`,
    ),
  ],
  ["fal-ai/kokoro/hindi", names("hf_alpha hf_beta hm_omega hm_psi")],
  [
    "fal-ai/gemini-tts",
    names(`Achernar Achird Algenib Algieba Alnilam Aoede Autonoe Callirrhoe Charon Despina Enceladus
      Erinome Fenrir Gacrux Iapetus Kore Laomedeia Leda Orus Pulcherrima Puck Rasalgethi Sadachbia
      Sadaltager Schedar Sulafat Umbriel Vindemiatrix Zephyr Zubenelgenubi`),
  ],
  [
    "fal-ai/inworld-tts",
    Object.entries(INWORLD).flatMap(([language, all]) =>
      names(all).map((name) => `${name} (${language})`)
    ),
  ],
]);
