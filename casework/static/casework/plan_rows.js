// Moves a row up or down, or to where its heading is dropped, and writes the places that rows come to. Without script a place is typed.
// In the page: [data-rows="names of the fields of which one is written in a row that counts"] with details, each with [data-number],
// [data-moves] of two [data-move] and a field "place"; [data-moved] says where a row went.
const said = document.querySelector("[data-moved]");

function field(row, name) {
  return row.querySelector(`[name$="-${name}"]`);
}

for (const list of document.querySelectorAll("[data-rows]")) {
  const rows = () => [...list.children];
  const names = list.dataset.rows.split(" ");
  const counts = (row) => names.some((name) => field(row, name)?.value.trim());

  function write() {
    let place = 0;
    rows().forEach((row, index) => {
      row.querySelector("[data-number]").textContent = index + 1;
      field(row, "place").value = counts(row) ? (place += 1) : "";
    });
  }

  function tell(row) {
    write();
    said.textContent = said.dataset.moved.replace("{}", rows().indexOf(row) + 1);
  }

  // What was sent back with an error stands at the places that were chosen, as it would be kept.
  const placed = rows().filter((row) => counts(row) && Number(field(row, "place").value));
  if (placed.length) {
    const order = rows().filter((row) => !placed.includes(row));
    placed.sort((one, other) => field(one, "place").value - field(other, "place").value);
    for (const row of placed) order.splice(field(row, "place").value - 1, 0, row);
    list.append(...order);
    write();
  }

  let held = null;
  for (const row of rows()) {
    row.querySelector("[data-moves]").hidden = false;
    const handle = row.querySelector("summary");
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      held = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    handle.addEventListener("dragend", () => {
      if (held) tell(held);
      held = null;
    });
    row.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      const { top, height } = row.getBoundingClientRect();
      if (row !== held) row[event.clientY < top + height / 2 ? "before" : "after"](held);
    });
  }
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("[data-rows] > details");
    const [up, down] = [row.previousElementSibling, row.nextElementSibling];
    if (button.dataset.move === "up" && up) up.before(row);
    else if (button.dataset.move === "down" && down) down.after(row);
    tell(row);
    button.focus();
  });
}
