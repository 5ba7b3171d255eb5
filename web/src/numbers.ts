// The server's Shell/Format/Numbers.cs for what only the script writes: ticks and tooltips.
const units: readonly (readonly [number, string])[] = [
  [1e3, "k"],
  [1e6, "M"],
  [1e9, "B"],
  [1e12, "T"],
];

export function exact(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function compact(value: number): string {
  if (value < 1000) {
    return exact(value);
  }
  for (const [size, unit] of units) {
    const scaled = Math.round((value / size) * 10) / 10;
    if (scaled < 1000 || unit === "T") {
      return scaled.toFixed(1) + unit;
    }
  }
  return exact(value);
}

/** On an axis a round figure drops its decimal. */
export const tick = (value: number): string => compact(value).replace(/\.0(?=\D)/, "");
