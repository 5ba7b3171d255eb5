// Runs before the page is drawn, so that neither the theme nor script-only controls flicker.
import { storedTheme } from "./store";

document.documentElement.dataset.js = "";
const theme = storedTheme();
if (theme !== null) {
  document.documentElement.dataset.theme = theme;
}
