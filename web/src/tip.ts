// The tooltip of a chart: shows the whole column at the pointer, moves column by column with the arrow keys, and is read aloud as it moves.
import type { ECharts } from "echarts/core";

export interface TipRow {
  name: string;
  /** Null for the sum. */
  colour: number | null;
  text: string;
}

/** The columns of a chart. */
export interface TipSource {
  count: number;
  /** Position of a column on the axis. */
  axisOf(index: number): number;
  /** The column nearest to a position on the axis. */
  indexOf(axis: number): number;
  title(index: number): string;
  rows(index: number): TipRow[];
}

export interface Tip {
  hide(): void;
}

/** Returns the left edge of the tooltip: on the side of its point where there is room, so that it never covers the point. */
export const tipLeft = (x: number, width: number, room: number): number => (x + 12 + width <= room ? x + 12 : x - 12 - width >= 0 ? x - 12 - width : Math.max(0, room - width));

/** Returns the column that a key moves to, from a column or from none (-1); null if the key moves nowhere. It may be beyond an end. */
export function columnOf(key: string, at: number, count: number): number | null {
  const last = count - 1;
  switch (key) {
    case "ArrowRight":
      return at < 0 ? 0 : at + 1;
    case "ArrowLeft":
      return at < 0 ? last : at - 1;
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

export function attachTip(element: HTMLElement, chart: ECharts, source: TipSource): Tip {
  const hair = Object.assign(document.createElement("div"), { className: "plot-hair" });
  const tip = Object.assign(document.createElement("div"), { className: "tip plot-tip" });
  const spoken = Object.assign(document.createElement("p"), { className: "vh" });
  spoken.setAttribute("aria-live", "polite");
  hair.hidden = tip.hidden = true;
  element.append(hair, tip);
  element.after(spoken);
  let at = -1;

  const hide = (): void => {
    at = -1;
    hair.hidden = tip.hidden = true;
  };

  const show = (index: number, aloud: boolean): void => {
    at = Math.max(0, Math.min(source.count - 1, index));
    const x = chart.convertToPixel({ xAxisIndex: 0 }, source.axisOf(at));
    const title = source.title(at);
    tip.replaceChildren(Object.assign(document.createElement("strong"), { textContent: title }), list(source.rows(at)));
    hair.hidden = tip.hidden = false;
    hair.style.left = `${x}px`;
    tip.style.left = `${tipLeft(x, tip.offsetWidth, element.clientWidth)}px`;
    if (aloud) {
      spoken.textContent = `${title}: ${source.rows(at).map((row) => `${row.name} ${row.text}`).join(", ")}`;
    }
  };

  element.addEventListener("pointermove", (event) => {
    const box = element.getBoundingClientRect();
    const axis = chart.convertFromPixel({ xAxisIndex: 0 }, event.clientX - box.left);
    if (Number.isFinite(axis) && source.count > 0) {
      show(source.indexOf(axis), false);
    }
  });
  element.addEventListener("pointerleave", hide);
  element.addEventListener("blur", hide);
  element.addEventListener("keydown", (event) => {
    const target = columnOf(event.key, at, source.count);
    if (target !== null && source.count > 0) {
      event.preventDefault();
      show(target, true);
    } else if (event.key === "Escape") {
      hide();
    }
  });
  return { hide };
}

function list(entries: TipRow[]): HTMLElement {
  const rows = document.createElement("dl");
  for (const row of entries) {
    const name = document.createElement("dt");
    const value = document.createElement("dd");
    if (row.colour === null) {
      name.className = value.className = "tot";
    } else {
      name.append(Object.assign(document.createElement("span"), { className: `sw k${row.colour}` }));
    }
    name.append(row.name);
    value.textContent = row.text;
    rows.append(name, value);
  }
  return rows;
}
