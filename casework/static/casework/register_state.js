// Looks every two seconds how far a register is, and shows the page anew once it is done; without script there is a link.
const EVERY_MS = 2000;

async function look() {
  const shown = document.getElementById("register-state");
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("register-state");
  if (!shown || !fresh) return;
  if (fresh.dataset.state !== shown.dataset.state) {
    location.reload();
    return;
  }
  shown.replaceChildren(...fresh.children);
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
