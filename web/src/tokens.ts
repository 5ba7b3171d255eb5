/** Reads a design token: a custom property of the page's styles. */
export type Tokens = (name: string) => string;

/** The tokens as they are now, in the current theme. */
export function readTokens(): Tokens {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}
