// Sliders of an organisation's page. Moving one asks for the page from there, puts its parts in the place of those that are
// shown, and leaves the address of what is shown in the address line. What cannot be put in place is gone to instead. The
// way back leads through what was shown: links and forms are a step each, and so is all that a slider is moved at a time.

const DEBOUNCE_MS = 120;
let asked;
let timer;
let shown = addressed(location);
// Whether the slider that is being moved made its step already.
let stepped = false;

// What an address asks the service for.
function addressed({ pathname, search }) {
  return pathname + search;
}

// Shows the page at an address. Focus stays where it is. It is a step of its own where `step` says so; `back` leads to one.
async function show(address, { step = false, back = false } = {}) {
  clearTimeout(timer);
  asked?.abort();
  asked = new AbortController();
  const signal = asked.signal;
  document.documentElement.toggleAttribute("data-busy", true);
  try {
    const response = await fetch(address, { signal, headers: { accept: "text/html" } });
    if (!response.ok) return location.assign(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (signal.aborted) return;
    replace(page, back);
    const now = addressed(new URL(address, location.href));
    const forward = !back && now !== shown && (step || !stepped);
    if (forward) history.pushState(null, "", address);
    else if (!back) history.replaceState(null, "", address);
    if (now !== shown) stepped = !step && !back;
    shown = now;
    said(page);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  } finally {
    if (!signal.aborted) document.documentElement.toggleAttribute("data-busy", false);
  }
}

// Puts what another page says in the place of what this one says; whatever holds the focus is told in place.
function replace(page, all) {
  const here = [...document.querySelectorAll("#main > [data-part]")];
  const there = new Map([...page.querySelectorAll("#main > [data-part]")].map((part) => [part.dataset.part, part]));
  const opened = new Set([...document.querySelectorAll("#main details[open]")].map((one) => one.className));
  const scrolled = document.querySelector(".tracks");
  const [left, top] = [scrolled?.scrollLeft ?? 0, scrolled?.scrollTop ?? 0];
  for (const part of here) {
    const other = there.get(part.dataset.part);
    if (other) part.replaceWith(document.adoptNode(other));
    else part.remove();
  }
  for (const one of document.querySelectorAll("#main [data-part] details")) {
    if (opened.has(one.className)) one.open = true;
  }
  document.querySelector(".tracks")?.scrollTo(left, top);
  for (const way of document.querySelectorAll("[data-way]")) moveWay(way, page.querySelector(`[data-way="${way.dataset.way}"]`));
  swap("details.sources", page);
  for (const input of document.querySelectorAll("form.vantage input")) {
    const other = page.querySelector(`form.vantage input[name="${input.name}"]`);
    if (other && (all || input !== document.activeElement)) input.value = other.value;
  }
  for (const place of ["header.top", "footer.cite"]) follow(place, page);
  embed();
  document.dispatchEvent(new CustomEvent("chronicle:shown"));
}

function swap(selector, page) {
  const [one, other] = [document.querySelector(selector), page.querySelector(selector)];
  if (!one || !other || one.contains(document.activeElement)) return;
  other.open = one.open;
  one.replaceWith(document.adoptNode(other));
}

// Takes over where another page's slider stands, and where the links beside it lead.
function moveWay(way, other) {
  if (!other) return;
  way.dataset.stops = other.dataset.stops;
  const [slider, there] = [way, other].map((one) => one.querySelector("input"));
  slider.max = there.max;
  slider.value = there.value;
  say(way, other.querySelector("output").value);
  const [links, others] = [way, other].map((one) => [...one.querySelectorAll(".button")]);
  links.forEach((link, place) => {
    const to = others[place];
    if (link === document.activeElement && to.matches("a")) {
      link.href = to.href;
      link.replaceChildren(...to.childNodes);
    } else {
      const held = link === document.activeElement;
      link.replaceWith(document.adoptNode(to));
      if (held) slider.focus();
    }
  });
}

function say(way, text) {
  way.querySelector("output").value = text;
  way.querySelector("input").setAttribute("aria-valuetext", text);
}

// Links keep the vantage: those around the page follow it.
function follow(place, page) {
  const [here, there] = [document, page].map((one) => one.querySelector(place));
  if (!here || !there) return;
  const [links, others] = [here, there].map((one) => [...one.querySelectorAll("a")]);
  links.forEach((link, at) => { if (others[at]) link.href = others[at].href; });
  const [form, fresh] = [here, there].map((one) => one.querySelector("form.find"));
  if (form && fresh) {
    form.querySelectorAll("input[type=hidden]").forEach((one) => one.remove());
    form.prepend(...[...fresh.querySelectorAll("input[type=hidden]")].map((one) => document.adoptNode(one)));
  }
  const [token, other] = [here, there].map((one) => one.querySelector("#token"));
  if (token && other) token.textContent = other.textContent;
  const [lines, more] = [here, there].map((one) => [...one.querySelectorAll(":scope > p")]);
  lines.forEach((line, at) => { if (more[at]) line.textContent = more[at].textContent; });
}

// Says politely what is shown now.
function said(page) {
  document.querySelector("#said").textContent = page.querySelector("#said").dataset.said;
}

// This page from another vantage.
function from(parameter, value) {
  const address = new URL(location.href);
  if (address.searchParams.has("token")) return undefined;
  // Today goes without saying, and stays today.
  const today = parameter === "as_of" && value === new Date().toISOString().slice(0, 10);
  if (value && !today) address.searchParams.set(parameter, value);
  else address.searchParams.delete(parameter);
  return address;
}

document.addEventListener("input", (event) => {
  const way = event.target.closest?.("[data-way]");
  if (!way) return;
  const stop = way.dataset.stops.split(" ")[event.target.value];
  say(way, stop || "now");
  clearTimeout(timer);
  timer = setTimeout(() => {
    const address = from(way.dataset.way, stop);
    if (address) show(address);
    else location.assign(`${location.pathname}?${way.dataset.way}=${encodeURIComponent(stop)}`);
  }, DEBOUNCE_MS);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-way] a, .sources a, .orders a, .points th a");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  show(link.href, { step: true });
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form.vantage");
  if (!form) return;
  event.preventDefault();
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  show(new URL(`?${asked}`, new URL(form.action)), { step: true });
});

// Whoever takes hold of a slider anew begins a step.
for (const begun of ["focusin", "pointerdown"]) {
  document.addEventListener(begun, (event) => {
    if (event.target.matches?.("[data-way] input")) stepped = false;
  });
}

addEventListener("popstate", () => {
  // Within the page a link leads to a place on it: nothing else is shown.
  if (addressed(location) !== shown || document.documentElement.hasAttribute("data-busy")) show(location.href, { back: true });
});

// The snippet with the whole address, to be copied as it is.
function embed() {
  const code = document.querySelector("[data-embed]");
  if (code) code.textContent = code.textContent.replace('src="/', `src="${location.origin}/`);
}
embed();
