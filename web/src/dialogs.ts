// Shows the confirmation page of a change as a dialog over the current page. Without script, the confirmation page itself opens.
export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
      return;
    }
    event.preventDefault();
    void open(link);
  });
}

async function open(link: HTMLAnchorElement): Promise<void> {
  const form = await load(link.href);
  if (!form) {
    location.assign(link.href);
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "dialog-frame";
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.append(form);
  form.action = link.href;
  const back = form.querySelector<HTMLInputElement>("input[name=back]");
  if (back) {
    back.value = location.pathname + location.search;
  }
  const keep = form.querySelector<HTMLElement>("[data-keep]");
  keep?.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  // A click outside the form is a click on the dialog itself.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) {
      dialog.close();
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  (form.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea") ?? keep)?.focus();
}

async function load(address: string): Promise<HTMLFormElement | null> {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) {
      return null;
    }
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector<HTMLFormElement>("[data-dialog-form]");
  } catch {
    return null;
  }
}
