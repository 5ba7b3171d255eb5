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
    // oxlint-disable-next-line typescript/no-deprecated -- a page over plain HTTP has no clipboard API
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

/** Says what was copied, from the button's label: "Copy token" gives "Token copied". */
export const copiedText = (what: string): string => `${what.charAt(0).toUpperCase()}${what.slice(1)} copied`;

export function startCopy(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    const source = button?.closest(".copy")?.querySelector("pre");
    if (!button || !source) {
      return;
    }
    const what = (button.getAttribute("aria-label") ?? "Copy").replace(/^Copy /, "");
    void copyText(source.textContent).then((done) => {
      if (done) {
        toast(copiedText(what), what === "token" ? "Send it over a private channel." : "");
      } else {
        getSelection()?.selectAllChildren(source);
        toast("Could not copy", "The text is selected; copy it manually.", false);
      }
    });
  });
}
