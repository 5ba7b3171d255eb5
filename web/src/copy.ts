import { toast } from "./toasts";

/** Copies to the clipboard, or with a selection if the page is not on a secure origin. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "vh";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

export function startCopy(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    const source = button?.closest(".copy")?.querySelector("pre");
    if (!button || !source) {
      return;
    }
    const what = (button.getAttribute("aria-label") ?? "Copy").replace(/^Copy /, "");
    void copyText(source.textContent ?? "").then((done) => {
      if (done) {
        toast(`${what[0]?.toUpperCase()}${what.slice(1)} copied`, what === "token" ? "Send it over a private channel." : "");
      } else {
        getSelection()?.selectAllChildren(source);
        toast("Could not copy", "The text is selected; copy it manually.", false);
      }
    });
  });
}
