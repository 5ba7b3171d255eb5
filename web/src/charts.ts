// Draws charts. Data come from the JSON next to them, colours from the tokens; tooltip and keyboard are our own, since they are HTML.
import { LineChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent } from "echarts/components";
import { init, use, type ECharts, type EChartsCoreOption } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { daysChart } from "./days-option";
import { levelsChart } from "./levels-option";
import { attachTip, type Tip, type TipSource } from "./tip";
import { onTheme } from "./theme";

use([LineChart, GridComponent, MarkAreaComponent, CanvasRenderer]);

/** A kind of chart, made from its data. */
export interface ChartKind {
  option(width: number): EChartsCoreOption;
  tip: TipSource;
}

interface Drawn {
  chart: ECharts;
  kind: ChartKind;
  tip: Tip;
}

const kinds: Record<string, (json: string) => ChartKind> = { days: daysChart, levels: levelsChart };

const drawn = new Map<HTMLElement, Drawn>();

const resized = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const element = entry.target as HTMLElement;
    const known = drawn.get(element);
    if (known && (element.clientWidth === 0 || (element.clientWidth === known.chart.getWidth() && element.clientHeight === known.chart.getHeight()))) {
      continue;
    }
    if (known) {
      known.chart.resize();
      known.chart.setOption(known.kind.option(element.clientWidth));
      known.tip.hide();
    } else if (element.clientWidth > 0) {
      draw(element);
    }
  }
});

/** Draws charts in a long list only when they are scrolled near, so that the others cost nothing. */
const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        near.unobserve(entry.target);
        resized.observe(entry.target);
      }
    }
  },
  { rootMargin: "240px" },
);

export function drawCharts(root: ParentNode = document): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-chart]")) {
    if (element.dataset.draw === "near") {
      near.observe(element);
      continue;
    }
    if (element.dataset.draw === "now" && element.clientWidth > 0) {
      draw(element);
    }
    // Draws as soon as the element has a size: a folded panel has none.
    resized.observe(element);
  }
}

export function disposeCharts(root: Element): void {
  root.querySelectorAll("[data-draw=near]").forEach((element) => near.unobserve(element));
  for (const [element, known] of drawn) {
    if (root.contains(element)) {
      resized.unobserve(element);
      known.chart.dispose();
      drawn.delete(element);
    }
  }
}

export function startCharts(): void {
  drawCharts();
  onTheme(() => {
    for (const [element, known] of drawn) {
      known.chart.setOption(known.kind.option(element.clientWidth));
    }
  });
}

function draw(element: HTMLElement): void {
  const json = element.querySelector("script[type='application/json']")?.textContent;
  if (!json) {
    return;
  }
  const kind = kinds[element.dataset.chart ?? ""]?.(json);
  if (!kind) {
    return;
  }
  const canvas = document.createElement("div");
  canvas.className = "plot-canvas";
  canvas.setAttribute("aria-hidden", "true");
  element.append(canvas);
  const chart = init(canvas, null, { renderer: "canvas" });
  chart.on("finished", () => {
    element.dataset.drawn = "";
  });
  chart.setOption(kind.option(element.clientWidth));
  // Draw now, not a frame later.
  chart.getZr().flush();
  drawn.set(element, { chart, kind, tip: attachTip(element, chart, kind.tip) });
}
