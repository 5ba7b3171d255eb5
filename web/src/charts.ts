// Charts over UTC days. Data come from the JSON beside them, colours from the tokens; tooltip and keyboard are our own, since they are HTML.
import { LineChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent } from "echarts/components";
import { init, use, type ECharts } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { daysOption, type DaysData } from "./days-option";
import { attachTip, type Tip } from "./tip";
import { onTheme } from "./theme";

use([LineChart, GridComponent, MarkAreaComponent, CanvasRenderer]);

interface Drawn {
  chart: ECharts;
  data: DaysData;
  tip: Tip;
}

const drawn = new Map<HTMLElement, Drawn>();

const resized = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const element = entry.target as HTMLElement;
    const known = drawn.get(element);
    if (known && element.clientWidth > 0) {
      known.chart.resize();
      known.chart.setOption(daysOption(known.data, element.clientWidth));
      known.tip.hide();
    } else if (!known && element.clientWidth > 0) {
      draw(element);
    }
  }
});

export function drawCharts(root: ParentNode = document): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-chart=days]")) {
    // Draws as soon as it has a size: a folded panel has none.
    resized.observe(element);
  }
}

export function disposeCharts(root: Element): void {
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
      known.chart.setOption(daysOption(known.data, element.clientWidth));
    }
  });
}

function draw(element: HTMLElement): void {
  const json = element.querySelector("script[type='application/json']")?.textContent;
  if (!json) {
    return;
  }
  const data = JSON.parse(json) as DaysData;
  const canvas = document.createElement("div");
  canvas.className = "plot-canvas";
  canvas.setAttribute("aria-hidden", "true");
  element.append(canvas);
  const chart = init(canvas, null, { renderer: "canvas" });
  chart.setOption(daysOption(data, element.clientWidth));
  drawn.set(element, { chart, data, tip: attachTip(element, chart, data) });
  element.dataset.drawn = "";
}
