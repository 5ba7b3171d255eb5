// Remembers settings in this browser: theme, folded panels, chart or table, how tables are sorted. Nothing here leaves the browser.
const prefix = "ccflux.";

export function remember(key: string, value: string | null): void {
  try {
    if (value === null) {
      localStorage.removeItem(prefix + key);
    } else {
      localStorage.setItem(prefix + key, value);
    }
  } catch {
    // Storage is off or full: the page works without it.
  }
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key);
  } catch {
    return null;
  }
}

export type Theme = "light" | "dark";

export function storedTheme(): Theme | null {
  const theme = recall("theme");
  return theme === "light" || theme === "dark" ? theme : null;
}
