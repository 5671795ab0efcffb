// One way for every edit: read the newest storyboard, change it, write it back if nobody was quicker; and undo.
import { call, project } from "./api.js";
import { note, sorry } from "./notes.js";

const TRIES = 4;
const past = [];
const future = [];
let id = null;

export function begin(projectId) {
  id = projectId;
  document.getElementById("undo").addEventListener("click", () => step(past, future, "Undone."));
  document.getElementById("redo").addEventListener("click", () => step(future, past, "Done again."));
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    document.getElementById(event.shiftKey ? "redo" : "undo").click();
  });
}

export const address = () => `${project(id)}/storyboard`;

export async function read() {
  const { told, etag } = await call("GET", address());
  return { story: told, etag };
}

const revision = (etag) => etag?.replaceAll('"', "").split("-")[0];

async function write(before, after, etag) {
  const saved = await call("PUT", address(), { json: after, etag });
  return { before, after: saved.told, revision: revision(saved.etag) };
}

function remember(entry) {
  past.push(entry);
  future.length = 0;
  show();
}

function show() {
  document.getElementById("undo").disabled = !past.length;
  document.getElementById("redo").disabled = !future.length;
  document.dispatchEvent(new CustomEvent("jynco:changed"));
}

// An edit that makes sense on any version, such as "clip_3 goes first": made again when somebody was quicker.
export async function change(how) {
  for (let left = TRIES; ; left--) {
    const { story, etag } = await read();
    try {
      return remember(await write(story, how(structuredClone(story)), etag));
    } catch (problem) {
      if (problem.code !== "stale_revision" || left <= 1) throw problem;
    }
  }
}

// An edit of the very version that a person has looked at. Problem stale_revision when it is not the newest.
export async function replace(seen, after) {
  remember(await write(seen.story, after, seen.etag));
}

// A change that the server works out, as an import.
export async function taken(how) {
  const { story, etag } = await read();
  const saved = await how(etag);
  remember({ before: story, after: saved.told, revision: revision(saved.etag) });
}

// Undo puts back what was there, unless somebody else has changed the storyboard since: theirs is not thrown away.
async function step(from, to, words) {
  const entry = from.pop();
  try {
    const { story, etag } = await read();
    if (revision(etag) !== entry.revision) {
      from.length = 0;
      return note("Somebody else has changed the storyboard since, so this cannot be taken back.", { bad: true });
    }
    const saved = await write(story, entry.before, etag);
    to.push({ ...saved, before: story });
    for (const list of [from, to]) if (list.length) list.at(-1).revision = saved.revision;
    note(words, { seconds: 3 });
  } catch (problem) {
    sorry(problem);
  } finally {
    show();
  }
}
