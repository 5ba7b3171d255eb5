// Redraws parts of the page from a newer version of the same URL: only what differs, in place, keeping focus, scroll position and open elements.
import { disposeCharts, drawCharts } from "./charts";
import { restorePanels } from "./panels";
import { drawTimes, setClock } from "./times";

/** The server's last version of each fragment, before the script changed anything in it. */
const served = new Map<string, string>();

export function noteServed(root: Document = document): void {
  for (const fragment of root.querySelectorAll("[data-fragment][id]")) {
    served.set(fragment.id, fragment.outerHTML);
  }
}

export class SignedOut extends Error {}

/** Fetches a page. Throws if it is not available, and SignedOut if the session has ended. */
export async function fetchPage(address: string, signal?: AbortSignal): Promise<Document> {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: signal ?? null });
  if (answer.redirected && new URL(answer.url).pathname === "/admin/login") {
    throw new SignedOut();
  }
  if (!answer.ok) {
    throw new Error(`The receiver answered ${answer.status}.`);
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // An unchanged page comes from the browser's cache with the time at which it was made; the response header has the current time.
  const at = Date.parse(answer.headers.get("Date") ?? "");
  if (!Number.isNaN(at)) {
    page.body.dataset.now = new Date(at).toISOString();
  }
  return page;
}

/** Older browsers do not support the selector. */
const canPopOver = "showPopover" in HTMLElement.prototype;

/** Whether the user is in the middle of something in this part of the page. */
function isBusy(fragment: Element): boolean {
  const active = document.activeElement;
  return (
    fragment.querySelector("details[open]") !== null ||
    (canPopOver && fragment.querySelector(":popover-open") !== null) ||
    (active !== null && fragment.contains(active) && active.matches("select, input:not([type=search])")) ||
    [...fragment.querySelectorAll<HTMLInputElement>("form[method=post] input:not([type=hidden])")].some((input) => input.value !== input.defaultValue)
  );
}

function path(fragment: Element, element: Element | null): string | null {
  if (!element || !fragment.contains(element)) {
    return null;
  }
  const name = element.id ? `#${CSS.escape(element.id)}` : null;
  if (name) {
    return name;
  }
  const label = element.getAttribute("aria-label");
  const text = element.textContent.trim();
  const twins = [...fragment.querySelectorAll(element.tagName)].filter((other) => other.getAttribute("aria-label") === label && other.textContent.trim() === text);
  return `${element.tagName}\n${label ?? ""}\n${text}\n${twins.indexOf(element)}`;
}

function find(fragment: Element, where: string): HTMLElement | null {
  if (where.startsWith("#")) {
    return fragment.querySelector<HTMLElement>(where);
  }
  const [tag = "*", label, text, index] = where.split("\n");
  const twins = [...fragment.querySelectorAll<HTMLElement>(tag)].filter((other) => (other.getAttribute("aria-label") ?? "") === label && other.textContent.trim() === text);
  return twins[Number(index)] ?? null;
}

function replace(old: Element, fresh: Element): void {
  const focus = path(old, document.activeElement);
  const search = document.activeElement instanceof HTMLInputElement && old.contains(document.activeElement) ? document.activeElement : null;
  const caret = search && { value: search.value, start: search.selectionStart, end: search.selectionEnd };
  const scrolls = [...old.querySelectorAll(".table-wrap")].map((wrap) => [wrap.scrollLeft, wrap.scrollTop] as const);
  disposeCharts(old);
  old.replaceWith(fresh);
  restorePanels(fresh);
  drawTimes(fresh);
  drawCharts(fresh);
  fresh.querySelectorAll(".table-wrap").forEach((wrap, index) => {
    const [left, top] = scrolls[index] ?? [0, 0];
    wrap.scrollTo(left, top);
  });
  const target = focus ? find(fresh, focus) : null;
  if (target) {
    target.focus({ preventScroll: true });
    if (caret && target instanceof HTMLInputElement) {
      target.value = caret.value;
      target.setSelectionRange(caret.start, caret.end);
    }
  }
}

const idsIn = (list: Element): string => [...list.querySelectorAll("[data-fragment][id]")].map((fragment) => fragment.id).join();

/** Applies what differs. Polite: skips fragments that the user is busy with; they follow with the next change. */
export function applyPage(page: Document, polite: boolean): void {
  setClock(page.body.dataset.now);
  for (const fresh of page.querySelectorAll<HTMLElement>("[data-fragment][id]")) {
    const old = document.getElementById(fresh.id);
    const html = fresh.outerHTML;
    if (!old || served.get(fresh.id) === html || (polite && isBusy(old))) {
      continue;
    }
    served.set(fresh.id, html);
    replace(old, document.importNode(fresh, true));
  }
  for (const fresh of page.querySelectorAll<HTMLElement>("[data-fragments][id]")) {
    const old = document.getElementById(fresh.id);
    // Fragments were added, removed or reordered: replace the whole list.
    if (old && idsIn(old) !== idsIn(fresh)) {
      replace(old, document.importNode(fresh, true));
    }
  }
  for (const gone of document.querySelectorAll("main [data-fragment][id]")) {
    if (!page.getElementById(gone.id)) {
      disposeCharts(gone);
      gone.remove();
    }
  }
}
