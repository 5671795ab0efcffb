// The page stays true by itself: events say that something has happened, and what is shown is fetched again.
// Without events (a lost connection, a proxy that holds them back) it is fetched every few seconds.
import { call, project } from "./api.js";
import { note } from "./notes.js";
import { isOpen } from "./session.js";

const REST = 250; // ms between two looks, however many events there are
const PRICE = 1500; // ms between two prices: they look at every picture, and clips come in by the dozen
const PULSE = 1000; // ms; while something is being made, progress is asked for
const CALM = 3000; // ms; else only whether the file was edited by hand, which asking also takes in

export function follow(id) {
  const stream = document.getElementById("stream");
  const board = refresher("board");
  const plan = refresher("plan", PRICE);
  let connected = false;
  let last = 0;
  let priced = state();

  const look = () => (board(), plan());
  for (const kind of ["clip", "job", "storyboard"]) stream.addEventListener(kind, board);
  stream.addEventListener("htmx:sse:after:connection", () => ((connected = true), look()));
  for (const end of ["htmx:sse:error", "htmx:sse:close"]) stream.addEventListener(end, () => (connected = false));
  stream.setAttribute("hx-sse:connect", `${project(id)}/events`); // not before somebody hears that it is there
  htmx.process(stream);
  document.addEventListener("jynco:changed", look);
  document.addEventListener("htmx:after:swap", () => priced !== state() && ((priced = state()), plan()));
  document.addEventListener("visibilitychange", () => document.hidden || look());

  const pulse = setInterval(async () => {
    const working = document.getElementById("board").hasAttribute("data-working");
    if (document.hidden || !isOpen() || Date.now() - last < (working ? PULSE : CALM) - 50) return;
    last = Date.now();
    if (working || !connected) return board();
    await call("GET", project(id)).catch((problem) => (problem.status === 404 ? gone() : (connected = false)));
  }, PULSE);

  document.addEventListener("DOMContentLoaded", plan); // htmx knows the parts by then

  function gone() {
    clearInterval(pulse);
    note("Somebody has deleted this film.", { bad: true, action: "All films", act: () => location.assign("/"), seconds: 3600 });
  }
}

// What the price depends on: wishes, what is there, and whether something is being made.
function state() {
  const { dataset } = document.getElementById("board");
  return [dataset.revision, dataset.ready, "working" in dataset].join();
}

// Asks htmx to fetch a part again: at once, then not before a pause, and never while a card is being dragged.
function refresher(name, pause = REST) {
  let wanted = false;
  let running = false;
  const run = async () => {
    if (running) return;
    running = true;
    while (wanted) {
      if (document.body.classList.contains("dragging")) {
        await rest(REST);
        continue;
      }
      wanted = false;
      const part = document.getElementById(name);
      let missed = false; // nobody answered: what has happened is still to be seen
      const miss = () => (missed = true);
      const ended = new Promise((done) => part.addEventListener("htmx:finally:request", done, { once: true }));
      part.addEventListener("htmx:error", miss);
      htmx.trigger(part, "fresh");
      await Promise.race([ended, rest(10000)]);
      part.removeEventListener("htmx:error", miss);
      wanted ||= missed;
      await rest(missed ? PULSE : pause);
    }
    running = false;
  };
  return () => {
    wanted = true;
    run();
  };
}

const rest = (ms) => new Promise((done) => setTimeout(done, ms));
