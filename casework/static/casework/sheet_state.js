// Looks every two seconds whether the sheet is made; without script there is a link that does the same.
const EVERY_MS = 2000;

async function look() {
  const shown = document.getElementById("sheet-state");
  if (shown?.dataset.state !== "waiting") return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("sheet-state");
  if (fresh && fresh.dataset.state !== "waiting") {
    shown.replaceChildren(...fresh.children);
    shown.dataset.state = fresh.dataset.state;
    return;
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
