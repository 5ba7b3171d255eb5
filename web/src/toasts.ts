// Short messages about what was done. Those from the server and from scripts look alike.
const icons = {
  good: '<circle cx="8" cy="8" r="6.2"/><path d="M5.2 8.1l2 2 3.6-4.2"/>',
  bad: '<path d="M5.4 1.9h5.2l3.5 3.5v5.2l-3.5 3.5H5.4l-3.5-3.5V5.4zM8 5v3.7M8 10.9v.1"/>',
  close: '<path d="M4 4l8 8M12 4l-8 8"/>',
};

function icon(name: keyof typeof icons): string {
  return `<svg class="i" viewBox="0 0 16 16" aria-hidden="true">${icons[name]}</svg>`;
}

export function toast(text: string, detail = "", good = true): void {
  const region = document.querySelector(".toasts");
  if (!region) {
    return;
  }
  const element = document.createElement("div");
  element.className = "toast";
  element.dataset.toast = "";
  element.innerHTML = `<span class="${good ? "good" : "bad"}">${icon(good ? "good" : "bad")}</span><button class="icon-btn" type="button" data-close aria-label="Dismiss">${icon("close")}</button>`;
  const body = document.createElement("div");
  element.firstElementChild?.after(body);
  body.append(text);
  if (detail) {
    const line = document.createElement("p");
    line.textContent = detail;
    body.append(line);
  }
  region.append(element);
  expire(element);
}

/** Removes a message after enough time to read it; it stays while it has the pointer or the focus. */
function expire(element: Element): void {
  setTimeout(() => (element.matches(":hover, :focus-within") ? expire(element) : element.remove()), 8000);
}

export function startToasts(): void {
  document.querySelectorAll("[data-toast]").forEach(expire);
  document.addEventListener("click", (event) => {
    (event.target as Element).closest("[data-close]")?.closest("[data-toast]")?.remove();
  });
}
