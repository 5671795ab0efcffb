// Edits that were made in another program: an OpenTimelineIO file becomes the next version, and can be undone.
import { call, project } from "./api.js";
import { note, sorry } from "./notes.js";
import { taken } from "./saving.js";

export function begin(id) {
  document.getElementById("edit").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    try {
      const json = JSON.parse(await file.text());
      await taken((etag) => call("POST", `${project(id)}/import`, { json, etag }));
      note("The edit is in.");
    } catch (problem) {
      if (problem instanceof SyntaxError) note(`${file.name} is no OTIO file: export one here first.`, { bad: true });
      else sorry(problem);
    } finally {
      target.value = "";
    }
  });
}
