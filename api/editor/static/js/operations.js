// Queues, workers and jobs, looked at again while somebody is looking; and what people hold back.
import { call } from "./api.js";
import { sorry } from "./notes.js";
import { isOpen } from "./session.js";

const PAUSE = 2000; // ms
const CREW = 10000; // ms; workers are asked, and answer within a second

const look = (part) => document.hidden || !isOpen() || htmx.trigger(document.getElementById(part), "fresh");
const now = () => look("now");
const crew = () => look("crew");

setInterval(now, PAUSE);
setInterval(crew, CREW);
document.addEventListener("DOMContentLoaded", () => setTimeout(crew)); // htmx begins to know the parts by a timer of its own

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-hold]");
  if (!button) return;
  button.disabled = true;
  try {
    await call("POST", `/v1/queues/${encodeURIComponent(button.dataset.hold)}/${button.dataset.to}`);
  } catch (problem) {
    sorry(problem);
  }
  button.disabled = false;
  now();
});
