// Counts down to resets, to the second. When one has passed, says so, greys out its bar and asks the receiver for news.
import { receiverNow } from "./times";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const two = (value: number): string => String(value).padStart(2, "0");

/** Same as the server's Times.Countdown; brief ones, like Times.Left, only show seconds below a minute. */
export function countdownText(left: number, isBrief: boolean): string {
  const [days, hours, minutes, seconds] = [Math.floor(left / day), Math.floor((left % day) / hour), Math.floor((left % hour) / minute), Math.floor((left % minute) / 1000)];
  if (days > 0) {
    return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
  }
  if (isBrief && left >= minute) {
    return hours === 0 ? `${minutes} m` : minutes === 0 ? `${hours} h` : `${hours} h ${minutes} m`;
  }
  return hours > 0 ? `${hours} h ${two(minutes)} m ${two(seconds)} s` : minutes > 0 ? `${minutes} m ${two(seconds)} s` : `${seconds} s`;
}

function tick(): void {
  const now = receiverNow().getTime();
  let passed = false;
  for (const element of document.querySelectorAll<HTMLElement>("[data-resets]")) {
    const left = Date.parse(element.dataset.resets ?? "") - now;
    const shown = element.querySelector(".countdown");
    if (!shown || Number.isNaN(left)) {
      continue;
    }
    if (left > 0) {
      const text = countdownText(left, element.dataset.brief !== undefined);
      if (shown.textContent !== text) {
        shown.textContent = text;
      }
    } else {
      element.textContent = element.dataset.over ?? "";
      element.closest<HTMLElement>(".q")?.setAttribute("data-level", "none");
      passed = true;
    }
  }
  if (passed) {
    document.dispatchEvent(new Event("ccflux:outdated"));
  }
}

export function startCountdowns(): void {
  if (document.documentElement.dataset.export === undefined && document.querySelector("[data-countdowns]")) {
    tick();
    setInterval(tick, 250);
  }
}
