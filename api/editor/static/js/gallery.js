// The first page: films begun from files, copied, and deleted with time to think again.
import { call, project } from "./api.js";
import { leave, note, sorry } from "./notes.js";
import { dropped, fromDocument, fromPictures, sorted } from "./pictures.js";

const REGRET = 8; // seconds
const waiting = new Map(); // films that will be deleted

dropped(take);
for (const name of ["pictures", "import"]) {
  document.getElementById(name).addEventListener("change", ({ target }) => take([...target.files]).finally(() => (target.value = "")));
}

async function take(files) {
  const doing = document.querySelector("#drop .doing");
  const told = (done, all) => {
    doing.querySelector("span").textContent = `Bringing in ${done} of ${all} files…`;
    Object.assign(doing.querySelector("progress"), { max: all, value: done });
  };
  doing.hidden = false;
  told(0, files.length);
  try {
    location.assign(`/projects/${await begun(files, told)}`);
  } catch (problem) {
    doing.hidden = true;
    sorry(problem);
  }
}

async function begun(files, told) {
  const document = files.find((file) => /\.json$/i.test(file.name));
  if (document) return fromDocument(parsed(await document.text()), files.filter((file) => file !== document), told);
  const { pictures, left } = sorted(files);
  if (!pictures.length) throw Object.assign(new Error(left.join(" ")), { code: "none" });
  const { id, refused } = await fromPictures(pictures, title(pictures[0].name), told);
  if (left.length + refused.length) leave([...left, ...refused].join(" "), { bad: true });
  return id;
}

// "03 the-harbour.jpg" is called "The harbour".
const title = (name) => (name.replace(/\.[^.]*$/, "").replace(/^\d+[\s._-]+(?=.)/, "") || name).replace(/[_-]+/g, " ").replace(/^./, (letter) => letter.toUpperCase());

function parsed(text) {
  try {
    const document = JSON.parse(text);
    if (Array.isArray(document?.timeline)) return document;
  } catch {
    // told below
  }
  throw Object.assign(new Error("This is no storyboard: it must be a JSON file with a timeline."), { code: "no_storyboard" });
}

document.getElementById("films")?.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const film = button.closest(".film");
  if (button.dataset.act === "delete") return soon(film);
  button.disabled = true;
  try {
    location.assign((await call("POST", `/projects/${film.dataset.project}/duplicate`)).url);
  } catch (problem) {
    button.disabled = false;
    sorry(problem);
  }
});

// Nothing is deleted before the line at the bottom is gone: until then it is only out of sight.
function soon(film) {
  const id = film.dataset.project;
  const next = film.nextElementSibling ?? film.previousElementSibling;
  film.hidden = true;
  (next?.querySelector("a") ?? document.getElementById("main")).focus();
  waiting.set(id, setTimeout(() => erase(id), REGRET * 1000));
  const back = () => {
    clearTimeout(waiting.get(id));
    waiting.delete(id);
    film.hidden = false;
    film.querySelector("a").focus();
  };
  note(`“${film.dataset.title}” is deleted, with its files and films.`, { action: "Undo", act: back, seconds: REGRET });
}

function erase(id) {
  waiting.delete(id);
  call("DELETE", project(id), { keepalive: true }).catch(sorry);
}

addEventListener("pagehide", () => [...waiting.keys()].forEach(erase));
