// What is said to people: a line at the bottom, a word to screen readers, a question before something costs.

export function note(words, { bad = false, action, act, seconds = bad ? 12 : 6 } = {}) {
  const toast = document.createElement("div");
  toast.className = bad ? "toast bad" : "toast";
  const text = document.createElement("span");
  text.textContent = words;
  toast.append(text);
  const close = () => toast.remove();
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = action ?? "Close";
  button.addEventListener("click", () => (close(), act?.()));
  toast.append(button);
  document.getElementById("toasts").append(toast);
  setTimeout(close, seconds * 1000);
  return close;
}

export const sorry = (problem) => {
  if (!problem.code) console.error(problem);
  note(problem.message, { bad: true });
};

// Words for the page that comes next.
const LEFT = "jynco:note";

export const leave = (words, options = {}) => sessionStorage.setItem(LEFT, JSON.stringify([words, options]));

export function found() {
  const left = sessionStorage.getItem(LEFT);
  sessionStorage.removeItem(LEFT);
  if (left) note(...JSON.parse(left));
}

export function say(words) {
  document.getElementById("said").textContent = words;
}

export function ask(title, words, yes) {
  const dialog = document.getElementById("ask");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector("p").textContent = words;
  dialog.querySelector(".main").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true }));
}
