// Puts an event on record: the form becomes a document, the service checks it without storing anything and says how it would
// be stored, and exactly that is shown and then sent. The token goes in a header, as any program's does; it is kept for this
// tab only, and is never part of an address.
const TYPE = "application/cloudevents+json";
const TOKEN = "chronicle-token";
const OUTER = "[data-object], [data-list], [data-item], form";

const form = document.querySelector("[data-record]");
const [checked, outcome] = [document.querySelector(".checked"), document.querySelector(".outcome")];
const token = form.querySelector("#token");
const nothing = document.querySelector("#nothing-stored");
const base = JSON.parse(form.dataset.base);
let id = uuid();
let ready;
// What was put on record last: the same is not sent again unawares.
let stored;

token.value = sessionStorage.getItem(TOKEN) ?? "";

/// A UUID of version 7: ids sort by time.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = now % 256;
    now = Math.floor(now / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/// What stands directly in a part of the form.
const own = (part) => [...part.querySelectorAll("[data-field], [data-object], [data-list]")].filter((one) => one.parentElement.closest(OUTER) === part);

function value(leaf) {
  const text = leaf.value.trim();
  if (text === "") return undefined;
  if (leaf.dataset.type === "boolean") return text === "true";
  // What is no number is left for the service to refuse, as it stands.
  if (leaf.dataset.type === "integer") return /^-?[0-9]{1,15}$/.test(text) ? Number(text) : text;
  return text;
}

/// What a part of the form says, over what was there; nothing where it says nothing.
function said(part, before) {
  if ("field" in part.dataset) return value(part);
  if ("list" in part.dataset) {
    const items = [...part.children].filter((one) => "item" in one.dataset);
    const list = items.map((item) => own(item).some((one) => one.dataset.field === "") ? value(own(item)[0]) : said(item, item.was)).filter((one) => one !== undefined);
    // Nobody is said by taking every line away, where somebody has to be said otherwise.
    return list.length || (!items.length && "demanded" in part.dataset) ? list : undefined;
  }
  const object = { ...(before ?? {}) };
  for (const one of own(part)) {
    const name = one.dataset.field ?? one.dataset.object ?? one.dataset.list;
    const now = said(one, before?.[name]);
    if (now === undefined) delete object[name];
    else object[name] = now;
  }
  return Object.keys(object).length ? object : undefined;
}

function document_() {
  const event = { specversion: "1.0", id, type: `chronicle.${form.dataset.kind}.v1`, datacontenttype: "application/json", ...said(form, base) };
  event.data ??= {};
  // A desk that the chain names already stands there once.
  const chain = event.data.attribution;
  if (Array.isArray(chain)) event.data.attribution = chain.filter((one, place) => place === 0 || one.name !== chain[0].name);
  return event;
}

async function post(address, event) {
  const headers = { "content-type": TYPE };
  if (token.value.trim()) headers.authorization = `Bearer ${token.value.trim()}`;
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(event), credentials: "omit" });
  return { status: response.status, answer: await response.json() };
}

/// A paragraph, with text only.
function paragraph(name, text) {
  const made = document.createElement("p");
  made.className = name;
  made.textContent = text;
  return made;
}

/// An event as text. What turns the direction of writing is shown by its number: nothing stands elsewhere than it is.
function written(event) {
  return JSON.stringify(event, null, 2).replace(/[\u202a-\u202e\u2066-\u2069]/g, (turn) => `\\u${turn.charCodeAt(0).toString(16)}`);
}

/// What an event says, whatever its id and whenever it was recorded.
const saying = (event) => JSON.stringify({ ...event, id: undefined, recordedtime: undefined });

function tell(...parts) {
  outcome.replaceChildren(...parts);
}

/// The part of the form that a fault speaks of: `data.participants[0].person.name`.
function place(path) {
  let part = form;
  for (const step of path.split(/[.[\]]+/).filter(Boolean)) {
    const next = /^[0-9]+$/.test(step)
      ? [...part.children].filter((one) => "item" in one.dataset)[Number(step)]
      : own(part).find((one) => [one.dataset.field, one.dataset.object, one.dataset.list].includes(step));
    if (!next) return part === form ? undefined : part;
    part = next;
  }
  return part;
}

function clear() {
  form.querySelectorAll(".fault").forEach((one) => one.remove());
  form.querySelectorAll("[aria-invalid]").forEach((one) => {
    one.removeAttribute("aria-invalid");
    const about = one.getAttribute("aria-describedby").split(" ").filter((id) => !id.startsWith("fault-"));
    if (about.length) one.setAttribute("aria-describedby", about.join(" "));
    else one.removeAttribute("aria-describedby");
  });
}

/// Shows each fault at its field, and all of them in a list.
function faults(all, detail) {
  const list = document.createElement("ul");
  all.forEach((fault, number) => {
    const where = fault.field || "the event";
    const text = `found ${fault.found}, allowed is ${fault.allowed}`;
    const part = place(fault.field ?? "");
    const item = document.createElement("li");
    if (part && part !== form) {
      const told = paragraph("fault", text);
      told.id = `fault-${number}`;
      const leaf = "field" in part.dataset;
      (leaf ? part.closest(".field") : part).append(told);
      const control = leaf ? part : part.querySelector("[data-field], [data-add]");
      if (leaf) {
        part.setAttribute("aria-invalid", "true");
        part.setAttribute("aria-describedby", [part.getAttribute("aria-describedby"), told.id].filter(Boolean).join(" "));
      }
      part.closest("details")?.setAttribute("open", "");
      const to = document.createElement("button");
      to.type = "button";
      to.className = "plain to-fault";
      to.textContent = where;
      to.addEventListener("click", () => control?.focus());
      item.append(to, `: ${text}`);
    } else {
      item.textContent = `${where}: ${text}`;
    }
    list.append(item);
  });
  tell(paragraph("trouble", detail), list);
}

function refused({ status, answer }) {
  if (answer.faults?.length) faults(answer.faults, `Nothing is stored: ${answer.faults_found ?? answer.faults.length} to be put right.`);
  else tell(paragraph("trouble", answer.detail ?? `The service answered ${status}.`));
  if (status === 401 || status === 403) token.focus();
  else outcome.focus();
}

const lost = () => {
  tell(paragraph("trouble", "The service was not reached. Nothing is lost: try again, the event keeps its id."));
  outcome.focus();
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clear();
  tell();
  sessionStorage.setItem(TOKEN, token.value.trim());
  try {
    const got = await post("/v1/events?check=true", document_());
    if (got.status !== 200) return refused(got);
    [ready] = got.answer.events;
    checked.querySelector("code").textContent = written(ready);
    checked.hidden = false;
    nothing.hidden = saying(ready) === stored;
    if (nothing.hidden) tell(paragraph("trouble again", "This is on record already: to send it again makes a second event that says the same."));
    checked.querySelector("h2").focus();
  } catch {
    lost();
  }
});

// What was shown is what is sent: whoever changes the form checks again.
function changed() {
  ready = undefined;
  checked.hidden = true;
  if (outcome.querySelector(".again")) tell();
}

form.addEventListener("input", changed);

document.querySelector("#back").addEventListener("click", () => {
  changed();
  form.querySelector("[data-field]").focus();
});

document.querySelector("#send").addEventListener("click", async (event) => {
  if (!ready) return;
  event.target.disabled = true;
  try {
    const got = await post("/v1/events", ready);
    if (got.status !== 200 && got.status !== 201) return refused(got);
    const link = document.createElement("a");
    link.href = `/events/${got.answer.id}`;
    link.textContent = `position ${got.answer.position}`;
    const done = paragraph("done", got.answer.duplicate ? "It was on record already, at " : "On record, at ");
    done.append(link, ".");
    tell(done);
    checked.hidden = true;
    nothing.hidden = true;
    stored = saying(ready);
    ready = undefined;
    id = uuid();
    outcome.focus();
  } catch {
    lost();
  } finally {
    event.target.disabled = false;
  }
});

form.addEventListener("click", (event) => {
  const list = event.target.closest("[data-list]");
  if (event.target.closest("[data-add]")) {
    const item = list.querySelector(":scope > template").content.firstElementChild.cloneNode(true);
    list.querySelector(":scope > template").before(item);
    item.querySelector("[data-field]").focus();
  } else if (event.target.closest("[data-remove]")) {
    event.target.closest("[data-item]").remove();
    list.querySelector(":scope > [data-add]").focus();
  } else return;
  changed();
});

// What items said that the form has no fields for is kept with them.
for (const list of form.querySelectorAll("[data-object='data'] [data-list]")) {
  const before = base.data?.[list.dataset.list];
  [...list.children].filter((one) => "item" in one.dataset).forEach((item, n) => {
    if (before?.[n] && typeof before[n] === "object") item.was = before[n];
  });
}
