// A version comes back as a change of its own: whatever was there before it is a version, too, and can be undone to.
import { call, project } from "./api.js";
import { leave, sorry } from "./notes.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-restore]");
  if (!button) return;
  const id = document.getElementById("main").dataset.project;
  const { restore } = button.dataset;
  button.disabled = true;
  try {
    await call("POST", `${project(id)}/versions/${restore}/restore`, { etag: "*" });
    leave(`Version ${restore} is back. Undo takes you to where you were.`);
    location.assign(`/projects/${id}`);
  } catch (problem) {
    button.disabled = false;
    sorry(problem);
  }
});
