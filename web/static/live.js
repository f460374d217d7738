// Posts as they arrive. The server names a position with each; over a break the browser brings the last one back.
import { tell as say } from "./banner.js";

const MOST = 300; // rows that stay on the page
const SILENCE_MS = 40_000; // the server speaks at least every 15 s
const AGAIN_MS = [1_000, 2_000, 4_000, 8_000];

export function follow(list) {
  const state = document.getElementById("live-state");
  const banner = document.getElementById("banner");
  const shown = new Set([...list.querySelectorAll("[data-id]")].map((row) => row.dataset.id));
  let position = list.dataset.position;
  let failures = 0;
  let source;
  let silence;

  function renew() {
    document.getElementById("now")?.dispatchEvent(new Event("news"));
  }

  function tell(kind) {
    if (kind === "on" && !banner.hidden) renew(); // what was shown while nothing answered is out of date
    state.classList.toggle("on", kind === "on");
    state.classList.toggle("away", kind !== "on");
    state.textContent = kind === "on" ? state.dataset.on : state.dataset.waiting;
    const link = say(banner, { off: "off", database: "database", "signed-out": "signedOut" }[kind]);
    if (link) link.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
  }

  function put(node) {
    const still = list.scrollTop < 4; // who reads further down is not pushed away
    const before = list.scrollHeight;
    list.prepend(node);
    while (list.children.length > MOST) list.lastElementChild.remove();
    if (!still) list.scrollTop += list.scrollHeight - before;
  }

  function row(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  }

  function gap(said) {
    const line = document.createElement("p");
    const link = document.createElement("a");
    line.className = "gap";
    line.textContent = `${list.dataset.gap.replace("%n", said.posts)} `;
    link.href = said.link;
    link.textContent = list.dataset.show;
    line.append(link);
    return line;
  }

  function alive() {
    clearTimeout(silence);
    silence = setTimeout(again, SILENCE_MS);
  }

  function again() {
    source.close();
    clearTimeout(silence);
    tell("off");
    setTimeout(open, AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]);
    failures += 1;
  }

  async function refused() {
    // EventSource does not say why it was refused.
    try {
      const answer = await fetch("/me.json", { credentials: "same-origin" });
      if (answer.status === 401) return tell("signed-out");
      again();
      if (answer.status === 503) tell("database");
    } catch {
      again();
    }
  }

  function open() {
    source = new EventSource(`${list.dataset.live}?after=${encodeURIComponent(position)}`);
    alive();
    source.addEventListener("open", alive);
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(silence);
        refused();
      } else again(); // not left to the browser: then nothing would say that the page is out of date
    });
    source.addEventListener("post", (event) => {
      const said = JSON.parse(event.data);
      position = event.lastEventId;
      if (shown.has(said.id)) return; // it stood in the list already when the page was drawn
      shown.add(said.id);
      put(row(said.html));
      alive();
    });
    source.addEventListener("gap", (event) => {
      position = event.lastEventId;
      put(gap(JSON.parse(event.data)));
    });
    source.addEventListener("news", () => {
      // Something that the numbers of the page show has changed: they are asked for now, not in 20 s.
      renew();
      alive();
    });
    source.addEventListener("state", (event) => {
      failures = 0;
      tell(JSON.parse(event.data).database ? "on" : "database");
      alive();
    });
    source.addEventListener("signed-out", () => {
      source.close();
      clearTimeout(silence);
      tell("signed-out");
    });
  }

  open();
}
