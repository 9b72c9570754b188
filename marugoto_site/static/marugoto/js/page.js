// Improves what works without script. Each part finds its elements by a data- attribute.

import { watchExit } from "./exit.js";
import { watchFind } from "./find.js";

watchExit();
watchFind();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A form that is sent twice by a double tap is answered once by the server; this only spares the wait.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
