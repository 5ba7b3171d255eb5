// Formats numbers like the server's Shell/Format/Numbers.cs, for text that only the script writes: ticks and tooltips.
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

/** Drops the decimal of a round figure on an axis. */
export const tick = (value: number): string => compact(value).replace(/\.0(?=\D)/, "");

function duration(seconds: number): string {
  const [value, unit] = seconds < 59.95 ? [seconds, "s"] : seconds < 3597 ? [seconds / 60, "min"] : [seconds / 3600, "h"];
  return `${value.toFixed(1)}\u00a0${unit}`;
}

/** Formats a chart's figure in its unit, like ChartUnit. */
export function inUnit(unit: string, value: number): string {
  switch (unit) {
    case "micro-usd":
      return `$${value >= 99_995_000 ? exact(value / 1e6) : (value / 1e6).toFixed(2)}`;
    case "ms":
      return value === 0 ? "—" : value < 999.5 ? `${exact(value)}\u00a0ms` : duration(value / 1000);
    case "s":
      // Milliseconds that are summed.
      return value < 59_500 ? `${exact(value / 1000)}\u00a0s` : duration(value / 1000);
    case "x100":
      return `${(value / 100).toFixed(1)}×`;
    default:
      return compact(value);
  }
}

export const tickInUnit = (unit: string, value: number): string =>
  unit === "tokens" ? tick(value) : value === 0 ? "0" : inUnit(unit, value).replace(/\.0+(?=\D|$)/, "");
