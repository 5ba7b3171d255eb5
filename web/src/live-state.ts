// What the sign of the live connection shows, and when a connection counts as dead.
import { agoText } from "./times";

export interface LiveState {
  paused: boolean;
  connected: boolean;
  /** When the page was last known to show what the receiver has, in milliseconds. */
  freshAt: number;
}

export interface Dot {
  state: "off" | "stale" | "blink" | "live";
  text: string;
  title: string;
}

/** The receiver sends something every 15 s; after three silent intervals the connection is dead, whatever the browser thinks. */
const deafMs = 45_000;

/** A reconnection within this time is not worth a warning. */
const staleMs = 5000;

export const isDeaf = (heardAt: number, now: number): boolean => now - heardAt > deafMs;

/** Blink: the page was redrawn just now. */
export function dotOf({ paused, connected, freshAt }: LiveState, now: number, blink: boolean): Dot {
  if (paused) {
    return { state: "off", text: "Paused", title: "Choose to follow the receiver again." };
  }
  if (!connected && now - freshAt > staleMs) {
    const age = agoText(new Date(freshAt), new Date(now));
    return {
      state: "stale",
      text: age === "now" ? "Reconnecting" : age.replace(" ago", " old"),
      title: "The connection to the receiver dropped; trying again. The figures stay as they were.",
    };
  }
  return { state: blink ? "blink" : "live", text: "Live", title: "Follows the receiver. Choose to pause." };
}
