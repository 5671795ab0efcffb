// The cards: put in order by hand or by keyboard, looked into by moving over them, tried again when they failed.
import { call, project } from "./api.js";
import { find, move } from "./document.js";
import { ask, note, say, sorry } from "./notes.js";
import { change } from "./saving.js";

const list = () => document.getElementById("cards");
const order = () => [...list().children].map((card) => card.dataset.clip);
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
let id = null;

export function begin(projectId) {
  id = projectId;
  Sortable.create(list(), {
    draggable: ".card",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160,
    delay: 180,
    delayOnTouchOnly: true,
    forceFallback: true,
    fallbackTolerance: 6,
    onStart: () => document.body.classList.add("dragging"),
    onEnd: ({ item, newIndex, oldIndex }) => {
      document.body.classList.remove("dragging");
      if (newIndex !== oldIndex) place(item.dataset.clip, newIndex);
    },
  });
  document.addEventListener("keydown", byKeyboard);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-retry]");
    if (button) retry(button.dataset.retry, button.dataset.consent);
  });
}

function byKeyboard(event) {
  const card = event.target.closest?.(".card");
  const step = STEPS[event.key];
  if (!card || !step || !event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const to = order().indexOf(card.dataset.clip) + step;
  if (to < 0 || to >= list().children.length) return say("It is at the end already.");
  const focused = document.activeElement;
  list().insertBefore(card, step > 0 ? list().children[to].nextSibling : list().children[to]);
  focused.focus();
  place(card.dataset.clip, to);
}

// One move after the other: quick key presses must not overtake each other on their way to the server.
let moving = Promise.resolve();

export function place(clipId, to) {
  say(`Clip moved to place ${to + 1} of ${list().children.length}.`);
  moving = moving.then(() => change((story) => (find(story, clipId) ? move(story, clipId, to) : story))).catch((problem) => {
    sorry(problem);
    document.dispatchEvent(new CustomEvent("jynco:changed")); // the cards go back to where they are
  });
  return moving;
}

export const placeOf = (clipId) => order().indexOf(clipId);

// What people have to say yes to before more is tried: title, words, answer.
const CONSENTS = {
  payAgain: ["It may have been billed already", "Nobody knows whether this clip was made and billed. Made again, it may be billed twice.", "Pay again"],
  failoverModerated: ["Ask another provider?", "The safety of this one refused the words. With this, the next provider of your list is asked.", "Ask another"],
};

export async function retry(clipId, consent) {
  if (consent && !(await ask(...CONSENTS[consent]))) return;
  try {
    await call("POST", `${project(id)}/clips/${clipId}/retry`, { json: consent ? { [consent]: true } : {} });
    note("The clip is being made again.", { seconds: 3 });
    document.dispatchEvent(new CustomEvent("jynco:changed"));
  } catch (problem) {
    sorry(problem);
  }
}

// The plan knows which clips will be made anew; a card that is ready, and yet among them, has been changed.
export function markChanged() {
  const todo = new Set(document.getElementById("plan").dataset.todo?.split(" "));
  for (const card of list().children) card.classList.toggle("todo", todo.has(card.dataset.clip));
}
