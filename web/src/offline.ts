// Sorts and searches inside a saved page, where there is no receiver to ask.
import { exact } from "./numbers";
import { recall, remember } from "./store";

const arrows = { none: "M1 4h6L4 .5zM1 6h6L4 9.5z", descending: "M0 5.5h8L4 10z", ascending: "M0 4.5h8L4 0z" };

export function startOfflineTables(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("button[data-sort]");
    const head = button?.closest<HTMLTableCellElement>("th");
    if (button && head) {
      const now = head.getAttribute("aria-sort");
      sort(head, now ? now !== "descending" : button.dataset.descending === "true");
    }
  });
  for (const input of document.querySelectorAll<HTMLInputElement>("input[data-filter-rows]")) {
    const key = `export:q:${input.dataset.filterRows}`;
    input.value = recall(key) ?? "";
    filter(input);
    input.addEventListener("input", () => {
      remember(key, input.value || null);
      filter(input);
    });
  }
}

/** Returns what a cell is sorted by: its figure, of which an unknown one is the smallest, or else its text. */
export function sortValue(figure: string | undefined, text: string): string | number {
  if (figure !== undefined) {
    return figure === "" ? Number.NEGATIVE_INFINITY : Number(figure);
  }
  return text.trim().toLowerCase();
}

export const compare = (a: string | number, b: string | number): number =>
  typeof a === "number" && typeof b === "number" ? (a === b ? 0 : a < b ? -1 : 1) : String(a).localeCompare(String(b));

/** Says how many rows there are, or how many of them match. */
export const countText = (matching: number, all: number, noun: string, searched: boolean): string => `${searched ? `${exact(matching)} of ` : ""}${exact(all)} ${noun}`;

function sort(head: HTMLTableCellElement, descending: boolean): void {
  const body = head.closest("table")?.tBodies[0];
  if (!body) {
    return;
  }
  const column = head.cellIndex;
  const rows = [...body.rows].map((row) => ({ row, value: sortValue(row.cells[column]?.dataset.v, row.cells[column]?.textContent ?? "") }));
  rows.sort((a, b) => (descending ? -1 : 1) * compare(a.value, b.value));
  body.append(...rows.map((entry) => entry.row));
  for (const other of head.parentElement?.children ?? []) {
    const order = other === head ? (descending ? "descending" : "ascending") : null;
    if (order) {
      other.setAttribute("aria-sort", order);
    } else {
      other.removeAttribute("aria-sort");
    }
    other.querySelector(".sort path")?.setAttribute("d", arrows[order ?? "none"]);
  }
}

function filter(input: HTMLInputElement): void {
  const words = input.value.toLowerCase();
  const panel = document.getElementById(input.dataset.filterRows ?? "");
  const rows = [...(panel?.querySelectorAll<HTMLTableRowElement>("tbody tr") ?? [])];
  for (const row of rows) {
    row.hidden = !row.textContent.toLowerCase().includes(words);
  }
  // The total covers all rows; next to only some of them it would be misread as their total.
  for (const total of panel?.querySelectorAll<HTMLElement>("tfoot") ?? []) {
    total.hidden = words.length > 0;
  }
  const count = panel?.querySelector<HTMLElement>("[data-rows]");
  if (count) {
    count.textContent = countText(rows.filter((row) => !row.hidden).length, rows.length, count.dataset.rows ?? "", words.length > 0);
  }
}
