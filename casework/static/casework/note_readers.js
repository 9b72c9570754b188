// Says at once who will read a note with the label that is chosen. Without script the form has a button that asks.
// In the page: form[data-readers] with the questions "about" and "item", [data-readers-now data-center-alone],
// one [data-label data-sentence] per label that somebody beside the center reads.
const form = document.querySelector("form[data-readers]");
const now = form.querySelector("[data-readers-now]");
const sentences = new Map(
  [...form.querySelectorAll("[data-label]")].map((row) => [row.dataset.label, row.dataset.sentence]),
);

// Not form.elements.item, which is a method of every such collection.
const chosen = (name) => form.elements.namedItem(name).value;

function say() {
  const about = chosen("about");
  if (!about) return;
  const strong = document.createElement("strong");
  strong.textContent = sentences.get(`${about}:${chosen("item")}`) ?? now.dataset.centerAlone;
  now.replaceChildren(strong);
}

form.addEventListener("change", (event) => ["about", "item"].includes(event.target.name) && say());
form.querySelector("[data-readers-ask]").hidden = true;
say();
