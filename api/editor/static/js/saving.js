// One way for every edit: read the newest storyboard, change it, write it back if nobody was quicker; and undo.
import { call, project } from "./api.js";
import { note, sorry } from "./notes.js";

const TRIES = 4;
let id = null;
let seen = 0; // the newest version that this page has read or written

export function begin(projectId) {
  id = projectId;
  document.getElementById("undo").addEventListener("click", () => step("undo", "Undone."));
  document.getElementById("redo").addEventListener("click", () => step("redo", "Done again."));
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

const version = (etag) => Number(etag?.replaceAll('"', "").split("-")[0].split(".").at(-1));
const shown = () => Number(document.getElementById("board").dataset.revision);

async function write(after, etag) {
  written(await call("PUT", address(), { json: after, etag }));
}

function written(saved) {
  seen = version(saved.etag);
  document.getElementById("undo").disabled = false;
  document.dispatchEvent(new CustomEvent("jynco:changed"));
}

// What one step back and one forth lead to is told with the board.
export function steps() {
  const { dataset } = document.getElementById("board");
  for (const kind of ["undo", "redo"]) document.getElementById(kind).disabled = !(kind in dataset);
}

// An edit that makes sense on any version, such as "clip_3 goes first": made again when somebody was quicker.
export async function change(how) {
  for (let left = TRIES; ; left--) {
    const { story, etag } = await read();
    try {
      return await write(how(structuredClone(story)), etag);
    } catch (problem) {
      if (problem.code !== "stale_revision" || left <= 1) throw problem;
    }
  }
}

// An edit of the very version that a person has looked at. Problem stale_revision when it is not the newest.
export async function replace(before, after) {
  await write(after, before.etag);
}

// A change that the server works out, as an import.
export async function taken(how) {
  written(await how((await read()).etag));
}

// Undo and redo step along the versions that the server keeps, so they survive a reload and know hand edits too.
// Each is asked for against the newest version this page has seen: what somebody else did since is not undone unseen.
async function step(kind, words) {
  try {
    const { etag } = await read();
    if (version(etag) > Math.max(seen, shown())) {
      seen = version(etag);
      return note("Somebody else has just changed the storyboard: look first, then press again.", { bad: true });
    }
    const saved = await call("POST", `${project(id)}/versions/${kind}`, { etag });
    seen = version(saved.etag);
    note(words, { seconds: 3 });
  } catch (problem) {
    sorry(problem);
  } finally {
    document.dispatchEvent(new CustomEvent("jynco:changed"));
  }
}
