// Redraws every <time> in the browser's time zone, in the formats of the server's Shell/Format/Times.cs.
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const two = (value: number): string => String(value).padStart(2, "0");

export function dayText(at: Date, now: Date): string {
  const text = `${at.getDate()} ${months[at.getMonth()]}`;
  return at.getFullYear() === now.getFullYear() ? text : `${text} ${at.getFullYear()}`;
}

export function pointText(at: Date, now: Date): string {
  return `${dayText(at, now)}, ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function agoText(at: Date, now: Date): string {
  const age = now.getTime() - at.getTime();
  if (age < minute) {
    return "now";
  }
  if (age < hour) {
    return `${Math.floor(age / minute)} min ago`;
  }
  if (age < day) {
    return `${Math.floor(age / hour)} h ago`;
  }
  return age <= 30 * day ? `${Math.floor(age / day)} d ago` : dayText(at, now);
}

export function leftText(left: number): string {
  const pair = (large: number, unit: string, small: number, smaller: string): string => (small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smaller}`);
  if (left >= day) {
    return pair(Math.floor(left / day), "d", Math.floor((left % day) / hour), "h");
  }
  if (left >= hour) {
    return pair(Math.floor(left / hour), "h", Math.floor((left % hour) / minute), "m");
  }
  return left >= minute ? `${Math.floor(left / minute)} m` : `${Math.max(0, Math.floor(left / 1000))} s`;
}

/** A saved file does not keep counting: it shows points in time. */
const saved = (): boolean => document.documentElement.dataset.export !== undefined;

/** Formats a time as its element asks for. Saved: nothing is relative to now. */
export function timeText(form: string | undefined, at: Date, now: Date, isSaved: boolean): string {
  switch (form) {
    case "until":
      return isSaved ? pointText(at, now) : at > now ? `in ${leftText(at.getTime() - now.getTime())}` : agoText(at, now);
    case "point":
      return pointText(at, now);
    case "day":
      return dayText(at, now);
    case "clock":
      return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
    case "when":
      return at.toDateString() === now.toDateString() ? `${two(at.getHours())}:${two(at.getMinutes())}` : pointText(at, now);
    case "log":
      return at.toDateString() === now.toDateString() ? `${two(at.getHours())}:${two(at.getMinutes())}` : dayText(at, now);
    default:
      return isSaved ? pointText(at, now) : agoText(at, now);
  }
}

/** Names a zone by its minutes east of UTC: UTC, UTC+2, UTC−3:30. */
export function zoneName(offset: number): string {
  const size = Math.abs(offset);
  return offset === 0 ? "UTC" : `UTC${offset < 0 ? "−" : "+"}${Math.floor(size / 60)}${size % 60 ? `:${two(size % 60)}` : ""}`;
}

/** Offset of the receiver's clock, which is used instead of this machine's, since that may be wrong. */
let ahead = 0;

export function setClock(serverNow: string | undefined): void {
  const at = Date.parse(serverNow ?? "");
  if (!Number.isNaN(at)) {
    ahead = at - Date.now();
  }
}

export const receiverNow = (): Date => new Date(Date.now() + ahead);

export function drawTimes(root: ParentNode = document): void {
  const now = receiverNow();
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-f]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) {
      continue;
    }
    const drawn = timeText(element.dataset.f, at, now, saved());
    if (element.textContent !== drawn) {
      element.textContent = drawn;
    }
  }
}

export function startTimes(): void {
  setClock(document.body.dataset.now);
  const zone = document.querySelector("[data-zone]");
  if (zone) {
    zone.textContent = `Days are UTC. Times in your zone (${zoneName(-new Date().getTimezoneOffset())}), UTC on hover.`;
  }
  drawTimes();
  if (!saved()) {
    setInterval(() => drawTimes(), 15_000);
  }
}
