// One stream of changes for the whole browser, however many pages are open: the page that holds a lock reads it, and passes
// on to the others how far it came. A browser has no more than a few connections to a service, and a stream keeps one.
const NAME = "chronicle-live";
/// How long to wait before a stream that was refused is asked for again, in milliseconds: at first, and at most.
const WAIT = 2000;
const LONGEST_WAIT = 30000;

/// Hears how far the chronicle was told, from an id on. `told` is given ids of frames, `state` is given "live" or "waiting".
/// What came twice, or not at all while nobody read, is for the hearer to find out: he knows how far he is himself.
export function listen(after, { told, state }) {
  const channel = new BroadcastChannel(NAME);
  let last = after;
  let now = "waiting";
  let reads = false;
  const hear = (said) => {
    if (said.state) state(now = said.state);
    if (said.told) told(last = said.told);
  };
  channel.onmessage = ({ data }) => {
    if (!data.asks) hear(data);
    else if (reads) channel.postMessage({ state: now });
  };
  const say = (said) => {
    channel.postMessage(said);
    hear(said);
  };
  const lead = () => new Promise(() => {
    reads = true;
    read(last, say);
  });
  if (navigator.locks) {
    // Held until this page is gone; then the next one has it.
    navigator.locks.request(NAME, lead);
    channel.postMessage({ asks: true });
  } else {
    lead();
  }
}

function read(after, say) {
  let last = after;
  let wait = WAIT;
  const open = () => {
    const source = new EventSource(`/v1/changes?after=${encodeURIComponent(last)}`);
    source.onopen = () => {
      wait = WAIT;
      say({ state: "live", told: last });
    };
    source.addEventListener("changes", (frame) => {
      last = frame.lastEventId;
      say({ told: last });
    });
    // Too far behind to be told one by one: whoever shows something asks for it anyway.
    source.addEventListener("reset", (frame) => {
      last = frame.lastEventId || last;
      say({ told: last });
    });
    source.onerror = () => {
      say({ state: "waiting" });
      // The browser comes back by itself, with the last id, unless it was refused.
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(open, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    };
  };
  open();
}
