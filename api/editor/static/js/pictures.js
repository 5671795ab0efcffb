// Files that people drop or choose: pictures become clips, a storyboard.json with its files becomes a project.
import { call, Problem, project, uploads } from "./api.js";
import { fresh } from "./document.js";

const MOVES = ["Slow dolly in", "The camera pans right slowly", "Gentle zoom out", "The camera tilts up slowly", "The camera pans left slowly"];
const SECONDS = 4;
const LONGEST = 1920; // pixels of a film's longer side
const SHAPES = [[16, 9], [9, 16], [1, 1]];

const KINDS = ["image/png", "image/jpeg", "image/webp"];
const FEW = 4; // names in one sentence

// Pictures in the order of their names, and a sentence about what is none.
export function sorted(files) {
  const others = files.filter((file) => !KINDS.includes(file.type)).map((file) => file.name);
  const named = others.slice(0, FEW).join(", ") + (others.length > FEW ? ` and ${others.length - FEW} more` : "");
  const words = `${named} ${others.length > 1 ? "are no pictures" : "is no picture"} that can become a clip: PNG, JPEG and WebP can.`;
  return { pictures: byName(files.filter((file) => KINDS.includes(file.type))), left: others.length ? [words] : [] };
}

const byName = (files) => [...files].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));

// Lets files be dropped anywhere on the page, and says where they would go.
export function dropped(take) {
  let depth = 0;
  const files = (event) => event.dataTransfer?.types.includes("Files");
  const over = (on) => document.body.classList.toggle("over", on);
  addEventListener("dragenter", (event) => files(event) && over(++depth > 0));
  addEventListener("dragleave", (event) => files(event) && over((depth = Math.max(0, depth - 1)) > 0));
  addEventListener("dragover", (event) => files(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    over((depth = 0));
    if (event.dataTransfer.files.length) take([...event.dataTransfer.files]);
  });
}

export const clip = (story, number, more) => ({ clipId: fresh(story, "clip"), status: "pending", motionPrompt: MOVES[number % MOVES.length], duration: SECONDS, ...more });

// The clips for these pictures, uploaded; and the sentences about those that were refused.
export async function clips(id, story, files, done) {
  const answers = await uploads(id, files, done);
  const taken = answers.filter((answer) => !(answer instanceof Problem));
  const made = taken.map((asset, number) => clip(story, story.timeline.length + number, { sourceImage: asset.path }));
  const refused = answers.map((answer, number) => (answer instanceof Problem ? about(files[number].name, answer.message) : null)).filter(Boolean);
  return { made, refused, taken };
}

const about = (name, words) => (words.startsWith(name) ? words : `${name}: ${words}`);

// As large as the largest picture, in the shape of screens that most of them are nearest to.
export function frame(pictures) {
  const shapes = pictures.map(nearest);
  const votes = (shape) => shapes.filter((each) => each === shape).length;
  const [across, down] = SHAPES.reduce((best, shape) => (votes(shape) > votes(best) ? shape : best));
  const even = (length) => Math.max(2, 2 * Math.round(length / 2));
  const long = Math.min(LONGEST, Math.max(...pictures.flatMap(({ width, height }) => [width, height])));
  const unit = long / Math.max(across, down);
  return { width: even(unit * across), height: even(unit * down) };
}

function nearest({ width, height }) {
  const off = ([across, down]) => Math.abs(Math.log((width * down) / (height * across)));
  return SHAPES.reduce((best, shape) => (off(shape) < off(best) ? shape : best));
}

const slug = (words) => words.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "").toLowerCase().slice(0, 40) || "film";
const named = (words) => `proj_${slug(words)}_${crypto.randomUUID().slice(0, 6)}`;

// A project from pictures. It has to exist before it can be given files, so it begins with a clip of words alone.
export async function fromPictures(files, title, done) {
  const id = named(title);
  const story = { version: "1.2", projectId: id, outputSettings: { resolution: { width: 1920, height: 1080 }, fps: 30, codec: "h264" }, timeline: [], metadata: { title, createdAt: new Date().toISOString() } };
  const { etag } = await call("POST", "/v1/projects", { json: { ...story, timeline: [clip(story, 0)] } });
  const { made, refused, taken } = await clips(id, story, files, done);
  if (!made.length) {
    await call("DELETE", project(id));
    throw Object.assign(new Error(refused.join(" ")), { code: "refused" });
  }
  const whole = { ...story, timeline: made, outputSettings: { ...story.outputSettings, resolution: frame(taken) } };
  await call("PUT", `${project(id)}/storyboard`, { json: whole, etag });
  return { id, refused };
}

// A project from a storyboard.json; files that come with it are found by their names.
export async function fromDocument(document, files, done) {
  const id = await create(document);
  const found = new Map(files.map((file) => [file.name, file]));
  const name = (path) => path?.split("/").pop();
  const wanted = places(document).filter(([owner, field]) => found.has(name(owner[field])));
  if (wanted.length) {
    const names = [...new Set(wanted.map(([owner, field]) => name(owner[field])))];
    const answers = await uploads(id, names.map((each) => found.get(each)), done);
    const paths = new Map(names.map((each, number) => [each, answers[number].path]));
    for (const [owner, field] of wanted) owner[field] = paths.get(name(owner[field])) ?? owner[field];
    await call("PUT", `${project(id)}/storyboard`, { json: { ...document, projectId: id }, etag: "*" });
  }
  return id;
}

async function create(document) {
  try {
    await call("POST", "/v1/projects", { json: document });
    return document.projectId;
  } catch (problem) {
    if (problem.code !== "conflict") throw problem;
  }
  const id = named(String(document.projectId).replace(/^proj_/, ""));
  await call("POST", "/v1/projects", { json: { ...document, projectId: id } });
  return id;
}

function places(document) {
  const footage = (each) => !each.motionPrompt && !each.cacheKey && !each.jobId;
  return [
    ...document.timeline.filter((each) => each.sourceImage).map((each) => [each, "sourceImage"]),
    ...document.timeline.filter((each) => each.sourceFile && footage(each)).map((each) => [each, "sourceFile"]),
    ...(document.layers?.audio ?? []).map((each) => [each, "sourceFile"]),
  ];
}
