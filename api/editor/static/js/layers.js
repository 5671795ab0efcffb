// The sheets for titles, sounds and the film itself: forms to documents.
import { put } from "./document.js";

export function addLayer(dialog, kind, path) {
  const made = dialog.querySelector(`template[data-new="${kind}"]`).content.cloneNode(true);
  const layer = made.querySelector(".layer");
  if (path) {
    layer.dataset.file = path;
    layer.querySelector(".path").textContent = path;
  }
  dialog.querySelector(`[data-list="${kind}"]`).append(made);
  layer.querySelector("textarea, input")?.focus();
}

const field = (layer, name) => layer.querySelector(`[name="${name}"]`)?.value.trim() ?? "";
const number = (layer, name) => (field(layer, name) === "" ? null : Number(field(layer, name)));

export function layers(story, form) {
  const given = { text: [], audio: [] };
  for (const layer of form.querySelectorAll(".body > [data-list] .layer")) {
    const kind = layer.dataset.layer;
    const before = story.layers?.[kind]?.find((each) => each.layerId === layer.dataset.id) ?? {};
    given[kind].push((kind === "text" ? title : sound)(structuredClone(before), layer));
  }
  const after = { ...story.layers, ...given };
  for (const kind of ["text", "audio"]) if (!after[kind].length) delete after[kind];
  put(story, "layers", Object.keys(after).length ? after : null);
  return story;
}

function named(before, kind) {
  return before.layerId ?? `${kind}_${crypto.randomUUID().slice(0, 8)}`;
}

function title(before, layer) {
  const made = { ...before, layerId: named(before, "title"), content: layer.querySelector("textarea").value };
  times(made, layer);
  const position = { ...before.position };
  for (const name of ["x", "y"]) put(position, name, number(layer, name));
  put(made, "position", Object.keys(position).length ? position : null);
  const style = { ...before.style };
  put(style, "fontSize", number(layer, "fontSize"));
  put(style, "color", field(layer, "color"));
  put(made, "style", Object.keys(style).length ? style : null);
  return made;
}

function sound(before, layer) {
  const made = { ...before, layerId: named(before, "sound"), sourceFile: layer.dataset.file };
  times(made, layer);
  const volume = Number(field(layer, "volume")) / 100;
  if (before.volume !== undefined || volume !== 1) made.volume = volume;
  return made;
}

function times(made, layer) {
  const start = number(layer, "startTime");
  if (start || made.startTime !== undefined) put(made, "startTime", start ?? 0);
  put(made, "duration", number(layer, "duration"));
}

export function film(story, form) {
  const given = new FormData(form);
  story.metadata = { ...story.metadata };
  put(story.metadata, "title", given.get("title").trim());
  const output = { ...story.outputSettings, resolution: { width: Number(given.get("width")), height: Number(given.get("height")) } };
  put(output, "fps", Number(given.get("fps")));
  put(output, "codec", given.get("codec"));
  put(output, "bitrate", given.get("bitrate"));
  return { ...story, outputSettings: output };
}
