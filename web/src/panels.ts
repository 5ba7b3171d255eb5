// Handles folding of panels, the choice of chart or table, menus and copy links. Fold and view are remembered per panel.
import { recall, remember } from "./store";
import { toast } from "./toasts";
import { copyText } from "./copy";

/** Returns the key of what is remembered of a panel. All users' pages share one, and all other pages another. */
export const panelKey = (what: string, path: string, id: string): string => `${what}:${path.startsWith("/admin/users/") ? "user" : "usage"}:${id}`;

const key = (panel: Element, what: string): string => panelKey(what, location.pathname, panel.id);

function applyFold(panel: Element, folded: boolean): void {
  const fold = panel.querySelector(".fold");
  const title = panel.querySelector("h2")?.textContent ?? "";
  fold?.setAttribute("aria-expanded", String(!folded));
  fold?.setAttribute("aria-label", `${folded ? "Expand" : "Collapse"} ${title}`);
}

function applyView(panel: HTMLElement, view: string): void {
  panel.dataset.view = view;
  for (const button of panel.querySelectorAll<HTMLElement>("[data-view-as]")) {
    button.setAttribute("aria-pressed", String(button.dataset.viewAs === view));
  }
}

/** Restores the remembered state of new or redrawn panels. */
export function restorePanels(root: ParentNode = document): void {
  const panels = root instanceof HTMLElement && root.matches(".panel[id]") ? [root] : root.querySelectorAll<HTMLElement>(".panel[id]");
  for (const panel of panels) {
    applyFold(panel, recall(key(panel, "fold")) === "1");
    if (panel.querySelector("[data-view-as]")) {
      applyView(panel, recall(key(panel, "view")) === "table" ? "table" : "chart");
    }
  }
}

export function startPanels(): void {
  restorePanels();
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const panel = target.closest<HTMLElement>(".panel[id]");
    const fold = target.closest(".fold");
    const view = target.closest<HTMLElement>("[data-view-as]");
    const link = target.closest<HTMLAnchorElement>("[data-copy-link]");
    if (panel && fold) {
      const folded = fold.getAttribute("aria-expanded") === "true";
      applyFold(panel, folded);
      remember(key(panel, "fold"), folded ? "1" : null);
      document.dispatchEvent(new Event("ccflux:shown"));
    } else if (panel && view) {
      applyView(panel, view.dataset.viewAs ?? "chart");
      remember(key(panel, "view"), view.dataset.viewAs === "table" ? "table" : null);
      document.dispatchEvent(new Event("ccflux:shown"));
    } else if (link) {
      event.preventDefault();
      void copyText(link.href).then((done) => toast(done ? "Link copied" : "Could not copy", done ? "" : link.href, done));
    }
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      if (!menu.contains(target) || target.closest(".menu-list")) {
        menu.open = false;
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" ? document.querySelector<HTMLDetailsElement>("details.menu[open]") : null;
    if (menu) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
