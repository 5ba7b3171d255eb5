// The script for all pages. Every page works without it; it adds local times, charts, folding, dialogs and live updates.
import { startCharts } from "./charts";
import { startCopy } from "./copy";
import { startCountdowns } from "./countdown";
import { startDialogs } from "./dialogs";
import { startHints } from "./hints";
import { startLive } from "./live";
import { startNavigation } from "./navigation";
import { startOfflineTables } from "./offline";
import { startPanels } from "./panels";
import { startTheme } from "./theme";
import { startTimes } from "./times";
import { startToasts } from "./toasts";

startTheme();
startTimes();
startPanels();
startHints();
startCharts();
startCountdowns();
startCopy();
startToasts();
if (document.documentElement.dataset.export === undefined) {
  startDialogs();
  startNavigation();
  startLive();
} else {
  startOfflineTables();
}
