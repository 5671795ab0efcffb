// Takes: another film of the same words, one of those there are, and the clip that goes on from the last frame.
import { call, project } from "./api.js";
import { ask, note, sorry } from "./notes.js";

const clip = (id, clipId) => `${project(id)}/clips/${clipId}`;
const changed = () => document.dispatchEvent(new CustomEvent("jynco:changed"));

export async function pick(id, clipId, take) {
  try {
    await call("POST", `${clip(id, clipId)}/takes/${take}/pick`);
    changed();
    return true;
  } catch (problem) {
    sorry(problem);
    return false;
  }
}

export async function another(id, clipId, json = {}) {
  try {
    await call("POST", `${clip(id, clipId)}/takes`, { json });
  } catch (problem) {
    if (problem.code !== "consent_needed" || !(await ask("It may have been billed already", problem.message, "Pay again"))) throw problem;
    return another(id, clipId, { ...json, payAgain: true });
  }
  note("Another take is being made. Those before it are kept.", { seconds: 4 });
  changed();
}

export async function goOn(id, clipId) {
  const { told } = await call("POST", `${clip(id, clipId)}/continue`, { json: {} });
  note("This clip begins where the one before it ends.", { seconds: 4 });
  changed();
  return told.clipId;
}
