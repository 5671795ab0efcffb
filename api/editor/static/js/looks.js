// A clip's transitions and looks: from the fields of its sheet to the document. What a field does not say stays.
import { put } from "./document.js";

const ENDS = ["in", "out"];

export function effects(clip, form) {
  const before = clip.effects ?? {};
  const transitions = { ...before.transitions };
  for (const end of ENDS) {
    const kind = form.elements[end].value;
    if (kind !== "none" || transitions[end]) transitions[end] = kind;
  }
  const filters = looks(before.filters ?? [], form);
  const after = { ...before, transitions, filters };
  if (!Object.keys(transitions).length) delete after.transitions;
  if (!filters.length) delete after.filters;
  put(clip, "effects", Object.keys(after).length ? after : null);
}

// Filters are applied in order: those that were there keep theirs, new ones come last; those of no field stay.
function looks(before, form) {
  const box = (type) => form.elements[`on-${type}`];
  const kept = before.filter(({ type }) => box(type)?.checked ?? true).map((filter) => levelled(filter, form));
  const known = new Set(before.map(({ type }) => type));
  const boxes = [...form.querySelectorAll('[name^="on-"]:checked')].map(({ name }) => name.slice(3));
  const added = boxes.filter((type) => !known.has(type)).map((type) => levelled({ type }, form, true));
  return [...kept, ...added];
}

// A field that nobody has moved changes nothing; of a new look, what is as usual need not be said, but its intensity.
function levelled(before, form, fresh = false) {
  const filter = structuredClone(before);
  for (const field of form.querySelectorAll(`[name^="look-${before.type}-"]`)) {
    const name = field.name.slice(`look-${before.type}-`.length);
    const moved = field.value !== first(field);
    const told = value(field);
    if (fresh ? moved || name === "intensity" || String(told) !== field.dataset.usual : moved) set(filter, name.split("."), told);
  }
  return filter;
}

const first = (field) => field.defaultValue ?? [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0]?.value;

function value(field) {
  if (field.type === "range") return Number(field.value) / 100;
  return field.type === "number" ? Number(field.value) : field.value;
}

// A dot in a name is an object in the document.
function set(filter, [name, ...rest], told) {
  if (!rest.length) filter[name] = told;
  else set((filter[name] ??= {}), rest, told);
}
