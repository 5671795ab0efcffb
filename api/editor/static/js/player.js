// One screen for the preview, the film and single clips. A playing film is left alone by everything that happens.

const KINDS = [["final", "Film"], ["preview", "Preview"]];
let wanted = null; // what a person has chosen to see; null: the newest
let shown = null;
let eager = false; // somebody has just asked for a preview, and wants to see it as soon as it can be seen
let broken = null; // a stream that could not be played: its film is waited for

const video = () => document.getElementById("player");
const board = () => document.getElementById("board");

export function begin() {
  document.getElementById("kinds").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) show(button.dataset.kind);
  });
  document.addEventListener("click", (event) => (eager ||= Boolean(event.target.closest('[data-make="preview"]'))));
  for (const rest of ["pause", "ended", "seeking"]) video().addEventListener(rest, () => video().loop || update());
  video().addEventListener("error", () => {
    if (!streams(shown)) return;
    broken = shown;
    shown = null;
    update();
  });
  video().addEventListener("timeupdate", head);
  video().addEventListener("loadedmetadata", head);
  document.addEventListener("click", (event) => {
    const bar = event.target.closest(".strip .bar");
    if (bar) jump(bar.dataset.clip, Number(bar.dataset.start));
  });
  document.addEventListener("keydown", byKeyboard);
  update();
}

function show(kind) {
  wanted = kind;
  update();
  video().play().catch(() => {});
}

// The newest film of a kind is shown once nothing plays: a film that somebody looks at does not change under their eyes.
export function update() {
  const data = board().dataset;
  const there = KINDS.filter(([kind]) => data[kind]);
  buttons(there, data);
  const kind = there.some(([name]) => name === wanted) ? wanted : newest(there, data);
  if (grows(data)) return;
  still(kind);
  if (!kind) return;
  const address = `/v1/jobs/${data[kind]}/output`;
  const save = document.getElementById("download");
  save.hidden = false;
  save.href = address;
  save.download = "";
  if (shown === address || (playing() && shown && (wanted === kind || streams(shown)) && !video().seeking)) return;
  const same = streams(shown) && shown.startsWith(`/v1/jobs/${data[kind]}/`);
  put(address, same ? video().currentTime : 0);
}

const playing = () => !video().paused && !video().ended;
const streams = (address) => Boolean(address?.includes("/stream."));

function put(address, at = 0) {
  const going = at > 0 && playing();
  shown = address;
  video().hidden = false;
  video().src = address;
  captions(address);
  if (at) video().currentTime = at;
  if (going) video().play().catch(() => {});
  document.dispatchEvent(new CustomEvent("jynco:film", { detail: address }));
}

// The titles are in the picture already, so captions are there for who asks for them.
function captions(address) {
  video().querySelector("track")?.remove();
  const job = address.match(/^(\/v1\/jobs\/[^/]+)\//)?.[1];
  if (!job || !document.querySelector(".strip .text")) return;
  video().append(Object.assign(document.createElement("track"), { kind: "captions", label: "Titles", src: `${job}/captions.vtt` }));
}

// A preview is played while it is made, unless something else is being looked at. Safari wants HLS; the others one file.
function grows(data) {
  if (!data.growing) return false;
  const hls = "webkitSetPresentationMode" in video() && video().canPlayType("application/vnd.apple.mpegurl");
  const address = `/v1/jobs/${data.growing}/stream.${hls ? "m3u8" : "mp4"}`;
  if (shown === address) return true;
  if (address === broken || (playing() && !eager)) return false;
  document.getElementById("still").hidden = true;
  put(address);
  if (eager) video().play().catch(() => {});
  eager = false;
  return true;
}

function newest(there, data) {
  const current = there.find(([kind]) => `${kind}Current` in data);
  return (current ?? there[0])?.[0] ?? null;
}

function buttons(there, data) {
  const made = there.map(([kind, name]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.kind = kind;
    button.textContent = name;
    button.setAttribute("aria-pressed", String((wanted ?? newest(there, data)) === kind));
    if (!(`${kind}Current` in data)) {
      const old = document.createElement("small");
      old.textContent = "before the last edits";
      button.append(old);
    }
    return button;
  });
  const place = document.getElementById("kinds");
  const signature = JSON.stringify(there.map(([kind]) => [kind, wanted, `${kind}Current` in data]));
  if (place.dataset.signature !== signature) place.replaceChildren(...made);
  place.dataset.signature = signature;
}

// Before there is a film: the first clip's picture, and what to do.
function still(kind) {
  const place = document.getElementById("still");
  place.hidden = Boolean(kind);
  if (kind) return;
  const first = document.querySelector(".card .picture img")?.src.replace("size=card", "size=player") ?? "";
  const told = "working" in board().dataset ? "It plays here as soon as there is something to see." : "Nothing to play yet. Press Preview.";
  if (place.dataset.first === first + told && place.childElementCount) return;
  place.dataset.first = first + told;
  const words = document.createElement("p");
  words.textContent = told;
  place.replaceChildren(words);
  if (first) {
    const image = new Image();
    image.alt = "";
    image.src = first;
    place.prepend(image);
  }
}

// What a click on the timeline does, for those who have no mouse: P on a card.
function byKeyboard(event) {
  const card = event.target.closest?.(".card");
  if (!card || event.key.toLowerCase() !== "p" || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.matches("input, textarea, select")) return;
  const bar = document.querySelector(`.strip .bar[data-clip="${card.dataset.clip}"]`);
  if (bar) jump(bar.dataset.clip, Number(bar.dataset.start));
}

function jump(clipId, start) {
  mark(clipId);
  document.getElementById(`card-${clipId}`)?.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  if (shown) video().currentTime = start + 0.001;
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function mark(clipId) {
  for (const each of document.querySelectorAll(".on")) each.classList.remove("on");
  for (const each of document.querySelectorAll(`[data-clip="${clipId}"]`)) each.classList.add("on");
}

function head() {
  const all = Number(board().dataset.seconds) || 1;
  const at = Math.min(100, (100 * video().currentTime) / all);
  for (const end of ["x1", "x2"]) document.getElementById("playhead").setAttribute(end, `${at}%`);
  const bars = [...document.querySelectorAll(".strip .bar")];
  const now = bars.findLast((bar) => Number(bar.dataset.start) <= video().currentTime + 0.01);
  if (now && !video().paused) mark(now.dataset.clip);
}

export const after = head;
