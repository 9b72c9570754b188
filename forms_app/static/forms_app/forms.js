// Improves what works without script: counts letters, and shows the emergency numbers while somebody writes.
// The server shows the same numbers before sending. Nothing is stored, nothing is sent from here.

const form = document.querySelector("#consultation");

for (const box of document.querySelectorAll("textarea[data-count]")) {
  const most = Number(box.dataset.count);
  const line = document.createElement("p");
  line.className = "f-count";
  box.after(line);
  const count = () => {
    const letters = Array.from(box.value).length;
    line.textContent = `${letters.toLocaleString()} / ${most.toLocaleString()}`;
    line.classList.toggle("f-count--over", letters > most);
  };
  box.addEventListener("input", count);
  count();
}

const notice = document.querySelector("[data-urgent]");
if (form && notice) {
  const words = notice.dataset.words.split(" ").filter(Boolean);
  const choices = notice.dataset.choices.split(" ").filter(Boolean);
  notice.setAttribute("role", "status");
  const look = () => {
    const fields = Array.from(form.elements).filter((field) => field.name && field.type !== "hidden");
    const chosen = fields.some(
      (field) =>
        (field.checked || field.tagName === "SELECT") && choices.includes(`${field.name}=${field.value}`),
    );
    const typed = fields
      .filter((field) => field.tagName === "TEXTAREA" || field.type === "text")
      .map((field) => field.value.normalize("NFKC").toLowerCase().replace(/\s+/g, ""))
      .join("\n");
    notice.hidden = !(chosen || words.some((word) => typed.includes(word)));
  };
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  look();
}
