// Sorts, pages, searches and filters without leaving the page: the URL changes as it would without script, and only what differs is redrawn.
import { applyPage, fetchPage, noteServed, SignedOut } from "./fragments";
import { recall, remember } from "./store";
import { formUrl, tablesKey, tablesQuery } from "./table-state";

let running: AbortController | null = null;

export function startNavigation(): void {
  noteServed();
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-nav]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
      return;
    }
    event.preventDefault();
    void go(link.href, true);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.matches("[data-search], [data-filters]")) {
      event.preventDefault();
      void go(addressOf(form), true);
    }
  });
  document.addEventListener("change", (event) => {
    const form = (event.target as Element).closest<HTMLFormElement>("form[data-filters]");
    if (form && (event.target as Element).matches("select")) {
      void go(addressOf(form), true);
    }
  });
  let typing: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener("input", (event) => {
    const form = (event.target as Element).closest<HTMLFormElement>("form[data-search]");
    if (form) {
      clearTimeout(typing);
      typing = setTimeout(() => void go(addressOf(form), false), 250);
    }
  });
  addEventListener("popstate", () => void go(location.href, null));
  restoreTables();
}

const addressOf = (form: HTMLFormElement): string => formUrl(form.action, new FormData(form));

function restoreTables(): void {
  const state = recall(tablesKey(location.pathname));
  if (state && location.search === "") {
    void go(`${location.pathname}?${state}${location.hash}`, false);
  }
}

function rememberTables(): void {
  remember(tablesKey(location.pathname), tablesQuery(location.search));
}

/** Draws another state of this page. Push: true adds a history entry, false replaces the current one, null leaves the history as it is. */
async function go(address: string, push: boolean | null): Promise<void> {
  running?.abort();
  const control = (running = new AbortController());
  const target = new URL(address, location.href);
  try {
    document.documentElement.classList.add("is-loading");
    const page = await fetchPage(target.pathname + target.search, control.signal);
    if (push !== null) {
      // The scroll position stays as it is: the hash is only needed without script.
      target.hash = "";
      history[push ? "pushState" : "replaceState"](null, "", target);
      rememberTables();
    }
    applyPage(page, false);
  } catch (error) {
    if (!control.signal.aborted) {
      location.assign(error instanceof SignedOut ? location.href : target.href);
    }
  } finally {
    if (running === control) {
      running = null;
      document.documentElement.classList.remove("is-loading");
    }
  }
}
