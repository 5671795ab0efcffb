// The page stays true by itself: events say that something has happened, and what is shown is fetched again.
// Without events (a lost connection, a proxy that holds them back) it is fetched every few seconds.
import { call, project } from "./api.js";
import { show } from "./news.js";
import { note } from "./notes.js";
import { isOpen } from "./session.js";

const REST = 250; // ms between two looks, however many events there are
const PRICE = 1500; // ms between two prices: they look at every picture, and clips come in by the dozen
const SHARE = 4; // times as long as a look has taken: on a busy machine there are fewer, which leaves time to work
const PULSE = 1000; // ms; while something is being made, progress is asked for
const CALM = 3000; // ms; else only whether the file was edited by hand, which asking also takes in

export function follow(id) {
  const stream = document.getElementById("stream");
  const board = refresher("board");
  const plan = refresher("plan", PRICE);
  let connected = false;
  let last = 0;
  let priced = state();

  const look = () => (board("soon"), plan("soon"));
  stream.addEventListener("clip", ({ detail }) => (show(JSON.parse(detail.data)), board()));
  stream.addEventListener("job", () => board());
  stream.addEventListener("storyboard", () => board("soon"));
  stream.addEventListener("htmx:sse:after:connection", () => ((connected = true), look()));
  for (const end of ["htmx:sse:error", "htmx:sse:close"]) stream.addEventListener(end, () => (connected = false));
  stream.setAttribute("hx-sse:connect", `${project(id)}/events`); // not before somebody hears that it is there
  htmx.process(stream);
  document.addEventListener("jynco:changed", look);
  document.addEventListener("htmx:after:swap", () => priced !== state() && ((priced = state()), plan(rested() && "soon")));
  document.addEventListener("visibilitychange", () => document.hidden || look());

  const pulse = setInterval(async () => {
    const working = document.getElementById("board").hasAttribute("data-working");
    if (document.hidden || !isOpen() || Date.now() - last < (working ? PULSE : CALM) - 50) return;
    last = Date.now();
    if (working || !connected) return board();
    await call("GET", project(id)).catch((problem) => (problem.status === 404 ? gone() : (connected = false)));
  }, PULSE);

  document.addEventListener("DOMContentLoaded", () => setTimeout(plan)); // htmx begins to know the parts by a timer of its own

  function gone() {
    clearInterval(pulse);
    note("Somebody has deleted this film.", { bad: true, action: "All films", act: () => location.assign("/"), seconds: 3600 });
  }
}

// Whether all that was asked for is made: the price is then looked at again at once.
const rested = () => !document.querySelector("[data-working] .card:is(.waiting, .generating)");

// What the price depends on: wishes, what is there, and whether something is being made.
function state() {
  const { dataset } = document.getElementById("board");
  return [dataset.revision, dataset.ready, "working" in dataset].join();
}

// Asks htmx to fetch a part again: at once, then not before a pause (what somebody edits ends it), and never while a
// card is being dragged.
function refresher(name, pause = REST) {
  let wanted = false;
  let running = false;
  let hurry = () => {};
  const run = async () => {
    if (running) return;
    running = true;
    while (wanted) {
      if (document.body.classList.contains("dragging")) {
        await rest(REST);
        continue;
      }
      wanted = false;
      const began = performance.now();
      const part = document.getElementById(name);
      let missed = false; // nobody answered: what has happened is still to be seen
      const miss = () => (missed = true);
      const ended = new Promise((done) => part.addEventListener("htmx:finally:request", done, { once: true }));
      part.addEventListener("htmx:error", miss);
      htmx.trigger(part, "fresh");
      await Promise.race([ended, rest(10000)]);
      part.removeEventListener("htmx:error", miss);
      wanted ||= missed;
      const took = performance.now() - began;
      await Promise.race([rest(missed ? PULSE : Math.max(pause, SHARE * took)), new Promise((done) => (hurry = done))]);
    }
    running = false;
  };
  return (soon) => {
    wanted = true;
    if (soon) hurry();
    run();
  };
}

const rest = (ms) => new Promise((done) => setTimeout(done, ms));
