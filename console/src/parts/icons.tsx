import type { JSX } from "preact";

const PATHS: Record<string, string> = {
  films: "M4 5h16v14H4zM8 5v14M16 5v14M4 9.5h4M4 14.5h4M16 9.5h4M16 14.5h4",
  callbacks: "M20 6v6a4 4 0 0 1-4 4H5M9 12l-4 4 4 4",
  deliveries: "M4 18v-6a4 4 0 0 1 4-4h11M15 4l4 4-4 4",
  errors: "M12 4l9 16H3zM12 10v4.5M12 17.2v.1",
  sources: "M7 7h10v10H7zM12 3v4M12 17v4M3 12h4M17 12h4",
  health: "M3 12h4l2.5-6 4.5 12 2.5-6H21",
  back: "M15 5l-7 7 7 7",
  out: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
  auto: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  light:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
  dark: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L20 20",
  film: "M5 4l14 8-14 8z",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
};

/** A drawing beside a word that says the same. */
export function Icon({ name, size = 18 }: { name: string; size?: number }): JSX.Element {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name] ?? ""} />
    </svg>
  );
}
