// Keeps what is being typed as a draft on the server: at the first letter, after three idle seconds, and when a field or
// the page is left. Without script the form has a button that does the same.
// In the page: form[data-draft="address"], [data-draft-state] with one [data-state] per word and [data-masked], [data-clock].
const IDLE_MS = 3000;

const form = document.querySelector("form[data-draft]");
const states = document.querySelector("[data-draft-state]");
let timer = 0;
let isSaving = false;
let isDirty = false;
let hasSaved = Number(form.elements.revision.value) > 0;

function show(name, at = "") {
  for (const word of states.querySelectorAll("[data-state]")) {
    word.hidden = word.dataset.state !== name;
    for (const time of word.querySelectorAll("[data-saved-at]")) time.textContent = at;
  }
}

async function send() {
  const answer = await fetch(form.dataset.draft, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
    keepalive: true,
  });
  // After the session's end the answer is a page to log in.
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  return answer.json();
}

async function save() {
  clearTimeout(timer);
  if (isSaving || !isDirty || form.dataset.sent) return;
  [isSaving, isDirty] = [true, false];
  show("saving");
  try {
    const kept = await send();
    const isCopy = kept.draft !== form.elements.once.value;
    form.elements.once.value = kept.draft;
    form.elements.revision.value = kept.revision;
    hasSaved = true;
    show(isCopy ? "copied" : "saved", kept.at);
    if (kept.masked) states.querySelector("[data-masked]").hidden = false;
  } catch {
    isDirty = true;
    show("failed");
    timer = setTimeout(save, IDLE_MS * 5);
    return;
  } finally {
    isSaving = false;
  }
  if (isDirty) timer = setTimeout(save, IDLE_MS);
}

form.addEventListener("input", () => {
  isDirty = true;
  clearTimeout(timer);
  if (!hasSaved && !isSaving) save();
  else timer = setTimeout(save, IDLE_MS);
});
form.addEventListener("focusout", save);
document.querySelector("[data-draft-again]").addEventListener("click", save);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
document.querySelector("[data-draft-keep]").hidden = true;

// How long the call has been going on.
const clock = document.querySelector("[data-clock]");
const begun = Date.now();
clock.hidden = false;
setInterval(() => {
  const seconds = Math.floor((Date.now() - begun) / 1000);
  const minutes = Math.floor(seconds / 60);
  clock.querySelector("[data-clock-time]").textContent = `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}, 1000);
