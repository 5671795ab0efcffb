// A page that was opened from elsewhere comes without its cookie, which is strict: who is signed in goes on at once.
const answer = await fetch("/sign-in/state", { headers: { Accept: "application/json" } }).catch(() => null);
if (answer?.ok && (await answer.json()).signedIn) location.replace(document.getElementById("main").dataset.next);
