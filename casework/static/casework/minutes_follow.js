// Shows the minutes anew while somebody else writes them; without script there is a link that does the same.
// In the page: #live[data-live="what is shown"]. The server answers 304 as long as that is what stands.
const EVERY_MS = 5000;
// Looking keeps the session open. So it stops when nobody has touched the page for as long as a meeting lasts.
const UNTOUCHED_MS = 90 * 60 * 1000;

let touched = Date.now();
for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, () => (touched = Date.now()));

async function look() {
  const shown = document.getElementById("live");
  if (!shown?.dataset.live) return;
  if (document.visibilityState === "hidden" || Date.now() - touched > UNTOUCHED_MS) {
    setTimeout(look, EVERY_MS);
    return;
  }
  let answer;
  try {
    answer = await fetch(location.href, {
      headers: { Accept: "text/html", "If-None-Match": `"${shown.dataset.live}"` },
    });
  } catch {
    setTimeout(look, EVERY_MS * 3);
    return;
  }
  if (answer.redirected) {
    location.reload(); // fixed meanwhile, or logged out
    return;
  }
  if (answer.status !== 304) {
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) return;
    shown.replaceWith(document.adoptNode(fresh));
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
