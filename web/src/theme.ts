import { remember } from "./store";

/** Calls back when the colours change, by the button or by the system. */
export function onTheme(changed: () => void): void {
  document.addEventListener("ccflux:theme", changed);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

export function startTheme(): void {
  document.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-theme-switch]")) {
      return;
    }
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember("theme", root.dataset.theme);
    document.dispatchEvent(new Event("ccflux:theme"));
  });
}
