import { remember, type Theme } from "./store";

/** Returns what the button changes to: the opposite of the chosen theme, or of the system's. */
export const otherTheme = (chosen: string | undefined, systemIsDark: boolean): Theme => ((chosen ? chosen === "dark" : systemIsDark) ? "light" : "dark");

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
    const theme = otherTheme(root.dataset.theme, matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.theme = theme;
    remember("theme", theme);
    document.dispatchEvent(new Event("ccflux:theme"));
  });
}
