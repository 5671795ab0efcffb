// Changes of a storyboard, as functions from one document to another. Nothing here speaks to a server.

const MADE = ["status", "jobId", "cacheKey", "errorMessage", "sourceFile"];
const kind = (clip, end) => clip.effects?.transitions?.[end] ?? "none";

export const find = (document, clipId) => document.timeline.find((clip) => clip.clipId === clipId);

// What people said about a clip, to see whether somebody else has changed it.
export const wishes = (clip) => JSON.stringify(clip, (name, value) => (MADE.includes(name) ? undefined : value));

export function move(document, clipId, place) {
  const clip = find(document, clipId);
  const rest = document.timeline.filter((each) => each !== clip);
  rest.splice(Math.max(0, Math.min(place, rest.length)), 0, clip);
  return { ...document, timeline: seams(rest.map(untimed)) };
}

export function remove(document, clipId) {
  return { ...document, timeline: seams(document.timeline.filter((clip) => clip.clipId !== clipId).map(untimed)) };
}

export function insert(document, clips, place = document.timeline.length) {
  const timeline = [...document.timeline];
  timeline.splice(place, 0, ...clips);
  return { ...document, timeline: seams(timeline.map(untimed)) };
}

export function twin(document, clipId) {
  const place = document.timeline.findIndex((clip) => clip.clipId === clipId);
  const copy = { ...structuredClone(document.timeline[place]), clipId: fresh(document, "clip"), status: "pending" };
  const footage = copy.sourceFile && !copy.motionPrompt;
  for (const name of ["jobId", "cacheKey", "errorMessage", ...(footage ? [] : ["sourceFile"])]) delete copy[name];
  return insert(document, [copy], place + 1);
}

// An id that no clip has. Eight letters: two people who add clips at once do not meet.
export function fresh(document, prefix) {
  const letters = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => "abcdefghijkmnpqrstuvwxyz0123456789"[byte % 34]).join("");
  let name = `${prefix}_${letters()}`;
  while (document.timeline.some((clip) => clip.clipId === name)) name = `${prefix}_${letters()}`;
  return name;
}

// A moved clip plays where it was put: times of the old order would tear black holes, or overlap.
function untimed({ startTime, ...clip }) {
  return clip;
}

// Neighbours that have just met may name two transitions for one seam, which nobody can play: the first one's way out holds.
function seams(timeline) {
  return timeline.map((clip, place) => {
    const out = place ? kind(timeline[place - 1], "out") : "none";
    const into = kind(clip, "in");
    if (out === "none" || into === "none" || out === into) return clip;
    return { ...clip, effects: { ...clip.effects, transitions: { ...clip.effects.transitions, in: out } } };
  });
}

// A field that is left empty is taken out, so that documents stay as small as people wrote them.
export function put(object, name, value) {
  if (value === "" || value === null || value === undefined || Number.isNaN(value)) delete object[name];
  else object[name] = value;
}
