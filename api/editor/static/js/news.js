// What an event says of a clip stands on the page at once, in words and in colour. The rest of its card, such as its
// picture and its price, comes with the board, which is fetched less often the more there is to do.

const SHOWN = ["generating", "completed", "failed"]; // whether a clip waits only the board can tell
const STATES = [...SHOWN, "pending", "waiting"];

export function show({ clipId, status }) {
  if (!SHOWN.includes(status)) return;
  for (const each of document.querySelectorAll(`[data-clip="${CSS.escape(clipId)}"]:is(.card, .bar):not(.footage, .${status})`)) {
    each.classList.remove(...STATES);
    each.classList.add(status);
    if (each.matches(".card")) say(each, status);
  }
  if (status === "completed") made(clipId);
}

// The plan was drawn before: what has just been made is not to be made any more.
function made(clipId) {
  const plan = document.getElementById("plan");
  plan.dataset.todo = (plan.dataset.todo ?? "").split(" ").filter((each) => each !== clipId).join(" ");
}

function say(card, status) {
  card.querySelector(".status .word").textContent = words()[status];
  if (status !== "generating") card.querySelector(".told progress")?.remove();
}

const words = () => JSON.parse(document.getElementById("cards").dataset.words);
