// The public API, as any client would call it: JSON in, JSON out, problems (RFC 9457) as errors.
import { again, door, proof, renewed } from "./session.js";

export class Problem extends Error {
  constructor(told, status) {
    super(places(told.errors ?? []) || told.detail || told.title || "It did not work.");
    Object.assign(this, { code: told.code, status, errors: told.errors ?? [] });
  }
}

const FEW = 3; // places that are named at once

function places(errors) {
  const told = errors.slice(0, FEW).map((fault) => fault.detail);
  return [...told, ...(errors.length > FEW ? [`and ${errors.length - FEW} more`] : [])].join("; ");
}

const AWAY = { code: "away", detail: "Jynco does not answer: see that it still runs, then try again." };

export async function call(method, path, { json, form, etag, keepalive = false } = {}) {
  const send = () => {
    const headers = { Accept: "application/json", "X-Requested-With": "jynco-editor", ...proof() };
    if (json !== undefined) headers["Content-Type"] = "application/json";
    if (etag) headers["If-Match"] = etag;
    return fetch(path, { method, headers, body: json === undefined ? form : JSON.stringify(json), keepalive });
  };
  const answer = await signedIn(send);
  if (!answer) throw new Problem(AWAY, 0);
  const told = /json/.test(answer.headers.get("Content-Type") ?? "") ? await answer.json() : null;
  if (!answer.ok) throw new Problem(told ?? { detail: `${method} ${path} was answered with ${answer.status}.` }, answer.status);
  return { told, etag: answer.headers.get("ETag"), url: answer.url };
}

// A part of a page, as text; null where it is not there any more.
export async function sheet(path) {
  const answer = await signedIn(() => fetch(path));
  if (!answer) throw new Problem(AWAY, 0);
  return answer.ok ? answer.text() : null;
}

// Sent once more where the session was over, or another tab has begun a new one. Null where nobody answers.
async function signedIn(send) {
  await door();
  const answer = await send().catch(() => null);
  const over = answer?.status === 401 && "X-CSRF-Token" in proof();
  const unproven = answer?.status === 403 && (await answer.clone().json().catch(() => null))?.code === "page_unproven";
  if (!over && !unproven) return answer;
  await (over ? again() : renewed());
  return send().catch(() => null);
}

export const project = (id) => `/v1/projects/${encodeURIComponent(id)}`;

export async function upload(id, file) {
  const form = new FormData();
  form.append("file", file);
  return (await call("POST", `${project(id)}/assets`, { form })).told;
}

// Several uploads at a time, but not all: the answers come in the order of the files, refusals as Problems.
export async function uploads(id, files, done = () => {}) {
  const answers = new Array(files.length);
  let next = 0;
  let ready = 0;
  const one = async () => {
    while (next < files.length) {
      const number = next++;
      answers[number] = await upload(id, files[number]).catch((problem) => problem);
      done(++ready, files.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(3, files.length) }, one));
  return answers;
}
