// Opens the explanations behind ⓘ. A press opens them even without script; here pointer and keyboard focus do too, and each text is placed at its sign.

/** Long enough for the pointer to get from the sign to the text. */
const graceMs = 150;
const gap = 6;
const margin = 12;

/** The text that a press opened: it stays open when the pointer leaves. */
let pinned: HTMLElement | null = null;
/** Id of the text that was closed at its sign: it stays closed until the focus has been elsewhere, however often the page is redrawn. */
let closed = "";
let leaving: ReturnType<typeof setTimeout> | undefined;

const signOf = (target: EventTarget | null): HTMLButtonElement | null => (target instanceof Element ? target.closest<HTMLButtonElement>("button.hint") : null);

const textOf = (sign: Element): HTMLElement | null => document.getElementById(sign.getAttribute("popovertarget") ?? "");

const openText = (): HTMLElement | null => document.querySelector<HTMLElement>(".hint-text:popover-open");

const signFor = (text: HTMLElement): Element | null => document.querySelector(`button.hint[popovertarget="${CSS.escape(text.id)}"]`);

function show(sign: HTMLButtonElement): HTMLElement | null {
  clearTimeout(leaving);
  const text = textOf(sign);
  if (text && text !== openText()) {
    text.showPopover();
    place(sign, text);
  }
  return text;
}

interface Size {
  width: number;
  height: number;
}

/** Returns where a text goes: below its sign, or above if there is only room there, and within the edges of the window. */
export function placeOf(sign: { left: number; top: number; bottom: number }, text: Size, view: Size): { left: number; top: number } {
  const left = Math.max(margin, Math.min(sign.left - margin, view.width - text.width - margin));
  const below = sign.bottom + gap;
  const top = below + text.height > view.height && sign.top > text.height + gap ? sign.top - gap - text.height : below;
  return { left, top };
}

function place(sign: HTMLElement, text: HTMLElement): void {
  const { clientWidth, clientHeight } = document.documentElement;
  const { left, top } = placeOf(sign.getBoundingClientRect(), { width: text.offsetWidth, height: text.offsetHeight }, { width: clientWidth, height: clientHeight });
  text.style.left = `${left + scrollX}px`;
  text.style.top = `${top + scrollY}px`;
}

function leave(): void {
  const text = openText();
  if (text && text !== pinned && !signFor(text)?.matches(":focus-visible")) {
    text.hidePopover();
  }
}

export function startHints(): void {
  if (!("showPopover" in HTMLElement.prototype)) {
    return; // A screen reader still reads the text at its sign.
  }
  document.addEventListener("click", (event) => {
    const sign = signOf(event.target);
    if (!sign) {
      return;
    }
    event.preventDefault();
    if (pinned && pinned === openText() && pinned === textOf(sign)) {
      pinned.hidePopover();
    } else {
      pinned = show(sign);
    }
  });
  document.addEventListener("pointerover", (event) => {
    const sign = event.pointerType === "touch" ? null : signOf(event.target);
    clearTimeout(leaving);
    if (sign) {
      show(sign);
    } else if (event.pointerType !== "touch" && !(event.target as Element).closest(".hint-text")) {
      leaving = setTimeout(leave, graceMs);
    }
  });
  document.addEventListener("focusin", (event) => {
    const sign = signOf(event.target);
    if (sign?.getAttribute("popovertarget") === closed) {
      return;
    }
    closed = "";
    if (sign?.matches(":focus-visible")) {
      show(sign);
    }
  });
  document.addEventListener("focusout", (event) => {
    if (signOf(event.target) && event.relatedTarget) {
      openText()?.hidePopover();
    }
  });
  // This event does not bubble.
  document.addEventListener(
    "toggle",
    (event) => {
      const text = event.target;
      if (!(text instanceof HTMLElement) || !text.matches(".hint-text") || event.newState !== "closed") {
        return;
      }
      pinned = pinned === text ? null : pinned;
      if (signOf(document.activeElement) === signFor(text)) {
        closed = text.id;
      }
    },
    true,
  );
}
