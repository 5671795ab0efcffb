// The sheet beside the board. It is made by the server, filled in by a person, and saved against what they saw.
import { sheet, upload } from "./api.js";
import { place, placeOf, retry } from "./cards.js";
import { find, put, remove, twin, wishes } from "./document.js";
import { addLayer, film, layers } from "./layers.js";
import { effects } from "./looks.js";
import { note, sorry } from "./notes.js";
import { change, read, replace } from "./saving.js";
import { another, goOn, pick } from "./takes.js";

const dialog = () => document.getElementById("drawer");
let id = null;
let seen = null; // the storyboard, and its version, as it was when the sheet was opened

export function begin(projectId) {
  id = projectId;
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) open(opener.dataset.open, opener.dataset.focus).catch(sorry);
  });
  dialog().addEventListener("click", clicked);
  dialog().addEventListener("submit", submitted);
  dialog().addEventListener("change", changed);
  dialog().addEventListener("close", () => dialog().replaceChildren());
  document.addEventListener("htmx:after:swap", () => renewed().catch(sorry));
}

export async function open(part, focus) {
  const [found, text] = await Promise.all([read(), sheet(`/projects/${id}/${part}`)]);
  if (text === null) throw Object.assign(new Error("It is not there any more: somebody has removed it."), { code: "gone" });
  seen = found;
  dialog().innerHTML = text;
  if (form().dataset.clip) form().dataset.made = made(form().dataset.clip);
  if (!dialog().open) dialog().showModal();
  (dialog().querySelector(`[name="${focus}"]`) ?? dialog().querySelector("textarea, input"))?.focus();
}

const made = (clip) => document.getElementById(`card-${clip}`)?.dataset.made;

// A take that came meanwhile is shown; the fields are a person's, and are left alone.
async function renewed() {
  const shown = dialog().querySelector("#clip-form");
  const clip = shown?.dataset.clip;
  if (!clip || !made(clip) || shown.dataset.made === made(clip)) return;
  shown.dataset.made = made(clip);
  const text = await sheet(`/projects/${id}/clips/${clip}`);
  const fresh = text && new DOMParser().parseFromString(text, "text/html").querySelector(".takes");
  const old = shown.querySelector(".takes");
  if (fresh && old) old.replaceWith(fresh);
  else if (fresh) shown.querySelector(".body").append(fresh);
}

const shut = () => dialog().close();
const form = () => dialog().querySelector("form");

async function clicked(event) {
  if (event.target === dialog() || event.target.closest("[data-close]")) return shut();
  const clip = form().dataset.clip;
  const take = event.target.closest("[data-pick]")?.dataset.pick;
  if (take) return pick(id, clip, take).then((done) => done && open(`clips/${clip}`));
  const act = event.target.closest("[data-act]")?.dataset.act;
  if (!act) return;
  try {
    if (act === "add-text") addLayer(dialog(), "text");
    if (act === "drop-layer") event.target.closest(".layer").remove();
    if (act === "earlier") await place(clip, Math.max(0, placeOf(clip) - 1));
    if (act === "later") await place(clip, placeOf(clip) + 1);
    if (act === "twin") await change((story) => twin(story, clip)).then(shut);
    if (act === "remove") await gone(clip);
    if (act === "take") await another(id, clip).then(shut);
    if (act === "continue") await goOn(id, clip).then((next) => open(`clips/${next}`, "motionPrompt"));
    if (act === "earlier" || act === "later") seen = await read();
  } catch (problem) {
    sorry(problem);
  }
}

async function gone(clip) {
  await change((story) => remove(story, clip));
  shut();
  note("The clip was removed.", { action: "Undo", act: () => document.getElementById("undo").click(), seconds: 10 });
}

async function changed(event) {
  const { name, checked, files } = event.target;
  if (name.startsWith("on-")) for (const each of event.target.closest(".look").querySelectorAll(".levels :is(input, select)")) each.disabled = !checked;
  if (!files?.length) return;
  try {
    const asset = await upload(id, files[0]);
    if (name === "sound") addLayer(dialog(), "audio", asset.path);
    if (name === "picture") {
      form().dataset.picture = asset.path;
      note("The picture is taken when you save.", { seconds: 4 });
    }
  } catch (problem) {
    sorry(problem);
  }
}

async function submitted(event) {
  event.preventDefault();
  await finish(event.submitter?.value === "make");
}

async function finish(make) {
  try {
    await save();
    const clip = form().dataset.clip;
    shut();
    if (make) await retry(clip);
    else note("Saved.", { seconds: 3 });
  } catch (problem) {
    if (problem.code === "stale_revision") await collided(make).catch(sorry);
    else sorry(problem);
  }
}

const edited = (story) => ({ "clip-form": withClip, "layers-form": layers, "film-form": film })[form().id](story, form());

async function save() {
  await replace(seen, edited(structuredClone(seen.story)));
}

// Somebody was quicker. What they did elsewhere is no matter; where both changed the same thing, the person decides.
async function collided(make) {
  const newest = await read();
  const clip = form().dataset.clip;
  const mine = clip && find(seen.story, clip);
  const theirs = clip && find(newest.story, clip);
  if (clip && !theirs) {
    shut();
    return note("Somebody else, or a hand edit of storyboard.json, has removed this clip.", { bad: true });
  }
  seen = newest;
  if (clip && wishes(mine) === wishes(theirs)) return finish(make);
  document.dispatchEvent(new CustomEvent("jynco:changed"));
  conflict(theirs);
}

function conflict(theirs) {
  const box = dialog().querySelector(".conflict");
  const words = document.createElement("p");
  words.textContent = "Somebody else, or a hand edit of storyboard.json, has changed this meanwhile.";
  const now = document.createElement("p");
  if (theirs?.motionPrompt) now.textContent = `Now it says: “${theirs.motionPrompt}”`;
  const take = document.createElement("button");
  Object.assign(take, { type: "button", className: "small", textContent: "Show theirs" });
  take.addEventListener("click", () => open(form().dataset.clip ? `clips/${form().dataset.clip}` : form().id.replace("-form", "")).catch(sorry));
  const keep = document.createElement("p");
  keep.textContent = "Or save again to keep what you have here.";
  box.replaceChildren(words, now, take, keep);
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

function withClip(story) {
  const clip = find(story, form().dataset.clip);
  const given = new FormData(form());
  const number = (name) => (given.get(name) ? Number(given.get(name)) : null);
  for (const name of ["motionPrompt", "provider", "negativePrompt", "onMissing"]) if (given.has(name)) put(clip, name, given.get(name));
  if (given.get("provider") !== null && clip.provider?.includes(":")) delete clip.model;
  for (const name of ["duration", "inPoint", "transitionDuration", "seed"]) if (given.has(name)) put(clip, name, number(name));
  if (form().dataset.picture) clip.sourceImage = form().dataset.picture;
  effects(clip, form());
  return story;
}
