// Leave at once: cover the page, let the server forget what was begun, and replace this entry of the
// history, so that "back" does not return. Without script the link simply leads to the neutral page.

function leave(link) {
  const blank = document.createElement("div");
  blank.className = "m-blank";
  document.body.append(blank);
  document.title = " ";
  if (link.dataset.forget) navigator.sendBeacon(link.dataset.forget);
  window.location.replace(link.href);
}

// Three times Shift within five seconds does the same; for keyboards, without looking for the link.
function watchShift(link) {
  let presses = [];
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return (presses = []);
    const now = event.timeStamp;
    presses = [...presses.filter((at) => now - at < 5000), now];
    if (presses.length >= 3) leave(link);
  });
}

export function watchExit() {
  const link = document.querySelector("a[data-exit]");
  if (!link) return;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave(link);
  });
  watchShift(link);
}
