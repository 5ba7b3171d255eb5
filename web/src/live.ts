// Follows the receiver: when an event says that something changed, the page fetches itself again. Pauses while the page is hidden or paused.
import { applyPage, fetchPage, SignedOut } from "./fragments";
import { dotOf, isDeaf } from "./live-state";
import { recall, remember } from "./store";

/** A busy receiver changes several times a second; nobody reads that fast. */
const restMs = 2000;

let source: EventSource | null = null;
let since = "";
let topic = "";
let freshAt = Date.now();
let pending = false;
let fetching = false;
let paused = false;
let connected = false;
let heardAt = 0;

export function startLive(): void {
  topic = document.body.dataset.liveTopic ?? "";
  since = document.body.dataset.liveSince ?? "";
  if (!topic) {
    return;
  }
  paused = recall("paused") === "1";
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("button[data-live]")) {
      paused = !paused;
      remember("paused", paused ? "1" : null);
      follow();
    }
  });
  document.addEventListener("visibilitychange", follow);
  // The content can become outdated without any change on the receiver.
  const fetchAnew = (): void => {
    pending = true;
    if (document.visibilityState === "visible") {
      void refresh();
    }
  };
  document.addEventListener("ccflux:outdated", fetchAnew);
  // Restored from the browser's back/forward cache: the content may be old, and the session may have ended.
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      fetchAnew();
    }
  });
  const every = Number(document.body.dataset.liveEvery);
  if (every > 0) {
    setInterval(fetchAnew, every * 1000);
  }
  setInterval(() => {
    if (source && isDeaf(heardAt, Date.now())) {
      source.close();
      source = null;
      connected = false;
    }
    follow();
  }, 15_000);
  follow();
}

function follow(): void {
  const wanted = !paused && document.visibilityState === "visible";
  if (wanted && !source) {
    connect();
  } else if (!wanted && source) {
    source.close();
    source = null;
    connected = false;
  }
  show();
}

function connect(): void {
  heardAt = Date.now();
  source = new EventSource(`/events?topics=${encodeURIComponent(topic)}&since=${encodeURIComponent(since)}`);
  source.addEventListener("current", (event) => seen(event as MessageEvent<string>));
  source.addEventListener("ping", () => seen(null));
  source.addEventListener("changed", (event) => {
    seen(event as MessageEvent<string>);
    pending = true;
    void refresh();
  });
  source.addEventListener("error", () => {
    connected = false;
    show();
    // The browser reconnects by itself unless it was refused; then the next periodic check does.
    if (source?.readyState === EventSource.CLOSED) {
      source = null;
    }
  });
}

function seen(event: MessageEvent<string> | null): void {
  connected = true;
  heardAt = Date.now();
  if (event?.lastEventId) {
    since = event.lastEventId;
  }
  if (!pending && !fetching) {
    freshAt = Date.now();
  }
  show();
}

async function refresh(): Promise<void> {
  if (fetching || paused) {
    return;
  }
  fetching = true;
  // Events change both while the loop waits.
  const wanted = (): boolean => pending && !paused;
  try {
    while (wanted()) {
      pending = false;
      applyPage(await fetchPage(location.pathname + location.search), true);
      freshAt = Date.now();
      show(true);
      await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  } catch (error) {
    if (error instanceof SignedOut) {
      location.reload();
    }
    connected = false;
  } finally {
    fetching = false;
    show();
  }
}

function show(blink = false): void {
  const dot = document.querySelector<HTMLElement>("button[data-live]");
  if (!dot) {
    return;
  }
  const { state, text, title } = dotOf({ paused, connected, freshAt }, Date.now(), blink);
  dot.dataset.state = state;
  dot.textContent = text;
  dot.title = title;
  dot.setAttribute("aria-pressed", String(paused));
}
