// Keeps the minutes while they are written: after three idle seconds, fifteen at the latest, and when a field or the page is left.
// Without script there is the button, as before. In the page: form[data-keep] with its field ``seen``, [data-keep-state] as in draft.js.
const IDLE_MS = 3000;
const LONGEST_MS = 15000;

const form = document.querySelector("form[data-keep]");
const states = document.querySelector("[data-keep-state]");
let timer = 0;
let saving = null;
let dirtySince = 0;

function show(name, at = "") {
  for (const word of states.querySelectorAll("[data-state]")) word.hidden = word.dataset.state !== name;
  for (const time of states.querySelectorAll("[data-saved-at]")) time.textContent = at;
}

function later(delay) {
  clearTimeout(timer);
  timer = setTimeout(save, delay);
}

async function send() {
  dirtySince = 0;
  show("saving");
  try {
    const answer = await fetch(location.href, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      // The browser sends little after a page is gone; otherwise the minutes may be long.
      keepalive: document.visibilityState === "hidden",
    });
    if (answer.status === 409 || answer.status === 422) {
      // A colleague was quicker, or it may not be saved: the button says why, with what stands beside what was typed.
      show((await answer.json()).state);
      return;
    }
    // After the session's end the answer is a page to log in.
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const kept = await answer.json();
    form.elements.seen.value = kept.version;
    show("saved", kept.at);
    if (kept.masked) states.querySelector("[data-masked]").hidden = false;
  } catch {
    dirtySince ||= Date.now();
    show("failed");
    later(IDLE_MS * 5);
  }
}

async function save() {
  clearTimeout(timer);
  if (saving || !dirtySince || form.dataset.sent) return;
  saving = send();
  await saving;
  saving = null;
}

form.addEventListener("input", () => {
  dirtySince ||= Date.now();
  later(Math.max(0, Math.min(IDLE_MS, dirtySince + LONGEST_MS - Date.now())));
});
form.addEventListener("focusout", save);
document.querySelector("[data-keep-again]").addEventListener("click", save);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());

// The button waits for what is on its way: otherwise the writer would clash with themselves.
form.addEventListener("submit", async (event) => {
  clearTimeout(timer);
  if (!saving) return;
  event.preventDefault();
  await saving;
  delete form.dataset.sent;
  form.requestSubmit();
});
