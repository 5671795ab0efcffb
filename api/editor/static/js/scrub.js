// Moving over a card runs through its film: twelve frames side by side, of which the card shows the one under the pointer.

const FRAMES = 12;

export function begin() {
  document.addEventListener("pointerover", look);
}

function look(event) {
  const card = event.target.closest?.(".card .picture[data-strip]");
  if (!card || event.pointerType !== "mouse" || card.querySelector(".scrub")) return;
  let at = event.clientX;
  let over = true;
  const strip = new Image();
  const scrub = Object.assign(document.createElement("span"), { className: "scrub" });
  const move = (moved) => strip.complete && strip.naturalWidth && show(card, scrub, strip, (at = moved.clientX));
  const remember = (moved) => ((at = moved.clientX), move(moved));
  card.addEventListener("pointermove", remember);
  card.addEventListener("pointerleave", () => ((over = false), scrub.remove(), card.removeEventListener("pointermove", remember)), { once: true });
  strip.addEventListener("load", () => {
    if (!over) return;
    card.insertBefore(scrub, card.querySelector(".number"));
    show(card, scrub, strip, at);
  });
  strip.src = card.dataset.strip;
}

// The frame fills the card as its poster does, whatever its shape: what is too much of it is cut off on both sides.
function show(card, scrub, strip, at) {
  const box = card.getBoundingClientRect();
  const frame = { width: strip.naturalWidth / FRAMES, height: strip.naturalHeight };
  const scale = Math.max(box.width / frame.width, box.height / frame.height);
  const place = Math.min(0.999, Math.max(0, (at - box.left) / box.width));
  const left = -Math.floor(place * FRAMES) * frame.width * scale - (frame.width * scale - box.width) / 2;
  scrub.style.backgroundImage = `url("${strip.src}")`;
  scrub.style.backgroundSize = `${strip.naturalWidth * scale}px ${frame.height * scale}px`;
  scrub.style.backgroundPosition = `${left}px ${(box.height - frame.height * scale) / 2}px`;
  scrub.style.setProperty("--place", place);
}
