// Writes a ready phrase where the cursor last stood; ;; in a text opens the list. Without script the phrases are there to be copied.
// In the page: form with textareas and one [data-phrases], a details with [data-phrases-hint] and items of [data-phrase] and a button.
const box = document.querySelector("[data-phrases]");
const form = box.closest("form");
let target = form.querySelector("textarea");

// As typed: whoever keeps what is typed hears of it.
function write(from, to, words) {
  target.focus();
  target.setRangeText(words, from, to, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

form.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea")) target = event.target;
});

form.addEventListener("input", (event) => {
  const at = event.target.selectionStart;
  if (!event.target.matches("textarea") || !/[;\uFF1B]{2}$/.test(event.target.value.slice(0, at))) return;
  target = event.target;
  target.setRangeText("", at - 2, at, "end");
  box.open = true;
  box.querySelector("button").focus();
});

box.querySelector("[data-phrases-hint]").hidden = false;
for (const item of box.querySelectorAll("li")) {
  const button = item.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", () => {
    write(target.selectionStart, target.selectionEnd, item.querySelector("[data-phrase]").textContent);
  });
}
