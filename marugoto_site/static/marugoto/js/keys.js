// One key opens what has data-key (<a data-key="c" href="…">), or goes to it if it is a box to write in. Not while something is typed or chosen, not during the
// composition of Japanese text, and not at all when the reader has switched keys off (then no element has data-key).

const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!found) return;
    event.preventDefault();
    if (found.matches("input")) {
      found.focus();
      found.select();
    } else {
      found.click();
    }
  });
}
