// "/" goes to the search box of the staff pages. Not while somebody writes, composes Japanese or holds another key;
// a form without data-find has it turned off.

const WRITING = "input, textarea, select, [contenteditable]";

export function watchFind() {
  const box = document.querySelector("form[data-find] input[type=search]");
  if (!box) return;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest(WRITING)) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
