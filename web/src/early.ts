// Runs before the page is drawn, so that neither the theme nor what only script can do flickers in.
import { storedTheme } from "./store";

document.documentElement.dataset.js = "";
const theme = storedTheme();
if (theme !== null) {
  document.documentElement.dataset.theme = theme;
}
