// Who has signed in: what proves that a change comes from our page, and the question once the session is over.

const meta = document.querySelector('meta[name="csrf"]');
let asking = null;

export const proof = () => (meta ? { "X-CSRF-Token": meta.content } : {});

// Nothing is asked for while somebody is signing in again.
export const door = () => asking ?? Promise.resolve();
export const isOpen = () => !asking;

// Another tab may have signed in meanwhile, and this page's number is of the session before.
export async function renewed() {
  const answer = await fetch("/sign-in/state", { headers: { Accept: "application/json" } }).catch(() => null);
  const told = answer?.ok ? await answer.json() : {};
  if (meta && told.csrf) meta.content = told.csrf;
  return Boolean(told.csrf);
}

// Asked over whatever the page shows, so that nothing that was typed is lost. Resolves once somebody has signed in.
export function again() {
  if (!meta) return Promise.reject(new Error("This page has no session."));
  asking ??= renewed().then((already) => already || ask()).finally(() => (asking = null));
  return asking;
}

function ask() {
  const dialog = document.getElementById("again");
  const form = dialog.querySelector("form");
  const sorry = dialog.querySelector("[role=alert]");
  sorry.hidden = true;
  dialog.showModal();
  return new Promise((done) => {
    dialog.oncancel = (event) => event.preventDefault();
    form.onsubmit = async (event) => {
      event.preventDefault();
      const wrong = await entered(new FormData(form));
      sorry.textContent = wrong ?? "";
      sorry.hidden = !wrong;
      if (wrong) return;
      form.reset();
      dialog.close();
      done();
    };
  });
}

async function entered(body) {
  const answer = await fetch("/sign-in", { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok) return told?.detail ?? "Jynco does not answer: see that it still runs, then try again.";
  meta.content = told.csrf;
  return null;
}

document.getElementById("sign-out")?.addEventListener("click", async () => {
  await fetch("/sign-out", { method: "POST", headers: { Accept: "application/json", ...proof() } }).catch(() => null);
  location.assign("/sign-in");
});

// Parts of the page are fetched by htmx, which leaves the page as it is when it is refused.
document.addEventListener("htmx:response:error", ({ detail }) => meta && detail.ctx.response.status === 401 && again());
