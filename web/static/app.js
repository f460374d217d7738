// What every page does in the browser. Without it pages still work: they are drawn by the server.
import { drawCharts } from "./charts.js";
import { follow } from "./live.js";
import { mind } from "./refresh.js";

function tick(clock) {
  // The office's zone, whatever the zone of this computer: "+0800" is carried by the page.
  const zone = clock.dataset.zone;
  const shift = (zone[0] === "-" ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5)));
  const at = new Date(Date.now() + shift * 60_000);
  clock.textContent = at.toISOString().slice(5, 16).replace("T", " ");
}

const clock = document.getElementById("clock");
tick(clock);
setInterval(() => tick(clock), 5_000);

drawCharts(document);
new MutationObserver(() => drawCharts(document)).observe(document.getElementById("content"), { childList: true, subtree: true });

const live = document.getElementById("live");
if (live) follow(live);
mind(document, live ? null : document.getElementById("banner")); // where posts arrive, their stream minds the banner

const failed = document.querySelector("[data-retry]");
if (failed) setTimeout(() => location.replace(location.href), Number(failed.dataset.retry) * 1000);
