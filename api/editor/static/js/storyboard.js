// The storyboard's page: joins its parts.
import * as cards from "./cards.js";
import * as drawer from "./drawer.js";
import { insert } from "./document.js";
import * as exchange from "./exchange.js";
import { follow } from "./live.js";
import * as make from "./make.js";
import { found, note, sorry } from "./notes.js";
import { clip, clips, dropped, sorted } from "./pictures.js";
import * as player from "./player.js";
import * as scrub from "./scrub.js";
import { begin, change, read, steps } from "./saving.js";

const id = document.getElementById("main").dataset.project;

begin(id);
cards.begin(id);
drawer.begin(id);
exchange.begin(id);
make.begin(id);
player.begin();
scrub.begin();
follow(id);
steps();

// What hangs on the parts that the server renders is put right whenever they are new.
document.addEventListener("htmx:after:swap", () => {
  const { title } = document.getElementById("board").dataset;
  document.getElementById("title").textContent = title;
  document.title = `${title} · Jynco`;
  cards.markChanged();
  steps();
  player.update();
  player.after();
});

dropped(add);
document.addEventListener("change", ({ target }) => target.id === "pictures" && add([...target.files]).finally(() => (target.value = "")));
document.addEventListener("click", (event) => event.target.closest('[data-act="words"]') && words().catch(sorry));

async function add(files) {
  const { pictures, left } = sorted(files);
  if (!pictures.length) return note(left.join(" "), { bad: true });
  const close = note(pictures.length > 1 ? `Bringing in ${pictures.length} pictures…` : "Bringing in the picture…", { seconds: 600 });
  try {
    const { made, refused } = await clips(id, (await read()).story, pictures);
    if (made.length) await change((story) => insert(story, made));
    if (left.length + refused.length) note([...left, ...refused].join(" "), { bad: true });
  } catch (problem) {
    sorry(problem);
  } finally {
    close();
  }
}

async function words() {
  let made = null;
  await change((story) => {
    made = clip(story, story.timeline.length);
    return insert(story, [made]);
  });
  await drawer.open(`clips/${made.clipId}`, "motionPrompt");
}

found();
