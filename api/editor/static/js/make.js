// The buttons that spend: never more than the price that was shown beside them.
import { call, project } from "./api.js";
import { note, sorry } from "./notes.js";

export function begin(id) {
  document.addEventListener("click", async (event) => {
    const make = event.target.closest("[data-make]");
    const cancel = event.target.closest("[data-cancel]");
    if (make) await start(id, make);
    if (cancel) await stop(cancel);
  });
}

async function start(id, button) {
  const kind = button.dataset.make;
  const budget = button.closest("[data-budget]")?.dataset.budget;
  button.disabled = true;
  try {
    await call("POST", `${project(id)}/jobs`, { json: { kind, ...(budget ? { budgetUsd: budget } : {}) } });
  } catch (problem) {
    if (problem.code === "budget_exceeded") note("The price has changed meanwhile: look at it again, then press once more.", { bad: true });
    else sorry(problem);
  } finally {
    button.disabled = false;
    document.dispatchEvent(new CustomEvent("jynco:changed"));
  }
}

async function stop(button) {
  button.disabled = true;
  try {
    await call("DELETE", `/v1/jobs/${button.dataset.cancel}`);
    note("Cancelled. What was ready is kept.");
  } catch (problem) {
    sorry(problem);
  }
  document.dispatchEvent(new CustomEvent("jynco:changed"));
}
