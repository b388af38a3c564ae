// What is new, as it is published. Words are the service's: `/live/entries` gives what came behind a place, as a piece of a
// page, so nothing is told twice or left out whatever happened to the stream. No text of an event becomes markup here.
import { listen } from "./stream.js";

/// Screen readers are told at most once in this time, in milliseconds.
const ANNOUNCE_EVERY = 1500;
/// A piece that could not be had is asked for again after this time.
const AGAIN = 2000;
/// The feed keeps this many entries.
const KEPT = 300;

/// What came behind a place: entries, the newest first; how far it goes; whether there is more.
async function behind(at, filter, to) {
  const query = new URLSearchParams(filter);
  query.set("after", at);
  if (to) query.set("to", to);
  const response = await fetch(`/live/entries?${query}`);
  if (!response.ok) throw new Error(`${response.status}`);
  const piece = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("ol.feed");
  return { entries: [...piece.children], at: piece.dataset.at, more: piece.dataset.more === "true" };
}

/// Asks for what came behind a place again and again, one question at a time, and hands it on.
function follower(at, filter, give) {
  let asking = false;
  let wanted = false;
  return async function follow(to) {
    wanted = true;
    if (asking) return;
    asking = true;
    while (wanted) {
      wanted = false;
      try {
        const piece = await behind(at, filter, to?.());
        wanted ||= piece.more && piece.at !== at;
        at = piece.at;
        if (piece.entries.length) give(piece.entries);
      } catch {
        setTimeout(() => follow(to), AGAIN);
        break;
      }
    }
    asking = false;
  };
}

/// Tells screen readers, politely and not too often.
function announcer(place) {
  let said = [];
  let timer;
  return (entries) => {
    said.push(...entries.map((entry) => entry.querySelector(".entry-said").textContent.trim()).reverse());
    timer ??= setTimeout(() => {
      place.textContent = said.length === 1 ? `New: ${said[0]}` : `${said.length} new events, the latest: ${said.at(-1)}`;
      said = [];
      timer = undefined;
    }, ANNOUNCE_EVERY);
  };
}

function feed(section) {
  const list = section.querySelector("#feed");
  const [state, lamp] = [section.querySelector(".state-text"), section.querySelector(".live-state")];
  const [pause, held] = [section.querySelector("#pause"), section.querySelector(".held")];
  const announce = announcer(section.querySelector("#announce"));
  const title = document.title;
  let waiting = [];
  let unseen = 0;
  const paused = () => pause.getAttribute("aria-pressed") === "true";
  const count = () => {
    document.title = unseen && document.hidden ? `(${unseen}) ${title}` : title;
  };
  const show = (entries) => {
    for (const entry of entries) {
      const fresh = document.createElement("span");
      fresh.className = "fresh";
      fresh.textContent = "New";
      entry.classList.add("is-new");
      entry.querySelector(".entry-head").prepend(fresh, " ");
    }
    list.prepend(...entries);
    section.querySelector(".empty")?.remove();
    while (list.children.length > KEPT) list.lastElementChild.remove();
    announce(entries);
    unseen += document.hidden ? entries.length : 0;
    count();
  };
  const release = () => {
    held.hidden = true;
    if (waiting.length) show(waiting);
    waiting = [];
  };
  const give = (entries) => {
    if (!paused()) return show(entries);
    waiting = [...entries, ...waiting];
    held.hidden = false;
    held.firstElementChild.textContent = waiting.length === 1 ? "1 new entry: show" : `${waiting.length} new entries: show`;
  };
  const words = { live: "live", waiting: "connecting", paused: "paused" };
  let connection = "waiting";
  const tell = () => {
    const now = paused() ? "paused" : connection;
    lamp.dataset.state = now;
    if (state.textContent !== words[now]) state.textContent = words[now];
  };
  pause.addEventListener("click", () => {
    pause.setAttribute("aria-pressed", String(!paused()));
    pause.textContent = paused() ? "Go on" : "Pause";
    if (!paused()) release();
    tell();
  });
  held.firstElementChild.addEventListener("click", () => {
    release();
    // The button is gone: whoever used it by the keyboard stands at what it showed.
    list.querySelector("a")?.focus();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) unseen = 0;
    count();
  });
  const follow = follower(section.dataset.at, section.dataset.filter, give);
  listen(section.dataset.at, {
    told: () => follow(),
    state: (now) => {
      connection = now;
      tell();
    },
  });
}

function bar(aside) {
  const [shown, quiet] = aside.children;
  let events = 0;
  const announce = announcer(quiet);
  const follow = follower(aside.dataset.at, aside.dataset.filter, (entries) => {
    const fresh = entries.filter((entry) => "event" in entry.dataset);
    if (!fresh.length) return;
    events += fresh.length;
    shown.querySelector(".count").textContent = events === 1 ? "One event came since." : `${events} events came since.`;
    shown.hidden = false;
    announce(fresh);
  });
  listen(aside.dataset.at, { told: () => follow(), state: () => {} });
}

function replay(section, filter) {
  const [form, stop] = [section.querySelector("form"), section.querySelector("#stop")];
  const [list, state] = [section.querySelector("#replayed"), section.querySelector(".replay-state")];
  let source;
  const tell = (text) => {
    state.hidden = false;
    state.textContent = text;
  };
  const end = (text) => {
    source?.close();
    source = undefined;
    section.classList.remove("running");
    stop.disabled = true;
    tell(text);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    source?.close();
    list.replaceChildren();
    const { from, to, speed } = Object.fromEntries(new FormData(form));
    const query = new URLSearchParams(filter);
    for (const [name, value] of Object.entries({ from, to, speed })) query.set(name, value);
    let reached = Number(from) - 1;
    const own = new EventSource(`/v1/replay?${query}`);
    const follow = follower(String(reached), filter, (entries) => {
      if (source !== own && !over) return;
      list.prepend(...entries.map((entry) => { entry.removeAttribute("id"); return entry; }));
      while (list.children.length > KEPT) list.lastElementChild.remove();
    });
    let over = false;
    source = own;
    section.classList.add("running");
    stop.disabled = false;
    tell("The replay begins.");
    own.addEventListener("changes", (frame) => {
      reached = JSON.parse(frame.data).position;
      tell(`Replay: position ${reached} of ${to}.`);
      follow(() => reached);
    });
    own.addEventListener("end", () => {
      over = true;
      end(`The replay is over: it came to position ${to}.`);
    });
    own.onerror = () => {
      if (own.readyState === EventSource.CLOSED && source === own) end("The replay was refused; load the page again.");
    };
  });
  stop.addEventListener("click", () => end("The replay is stopped."));
}

const section = document.querySelector("[data-live]");
if (section?.dataset.latest === "true") feed(section);
const again = document.querySelector("[data-replay]");
if (again) replay(again, section?.dataset.filter ?? "");
document.querySelectorAll("[data-live-bar]").forEach(bar);
