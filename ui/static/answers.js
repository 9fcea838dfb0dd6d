// What can be done with an answer. Runs after panel.js, in the same scope.
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const box = document.createElement("textarea"); // over plain HTTP there is no clipboard but this one
  box.value = text;
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}

// The answer, its sentence, and the chain of each source: document ← agency ← speaker.
function asText(message) {
  const words = (part) => part?.textContent.trim().replace(/\s+/g, " ");
  const arrow = message.dir === "rtl" ? " ← " : " → ";
  const source = (line) => {
    const chip = [".is-title", ".is-date"].map((part) => words(line.querySelector(part))).filter(Boolean);
    return "— " + [chip.join(" · "), ...[...line.querySelectorAll(".is-via")].map(words)].join(arrow);
  };
  const groups = [...message.querySelectorAll(".is-group")].map((group) => {
    const said = [".is-answer", ".is-when", ".is-head + .is-context, .is-when + .is-context"];
    const lines = said.map((part) => group.querySelector(part)?.textContent.trim());
    return [...lines, ...[...group.querySelectorAll(".is-isnad")].map(source)].filter(Boolean).join("\n");
  });
  const notice = words(message.querySelector(".is-conflict strong"));
  return [notice, ...groups].filter(Boolean).join("\n\n");
}

function done(link) {
  link.classList.add("is-done");
  setTimeout(() => link.classList.remove("is-done"), 1600);
}

async function copy(link) {
  await write(asText(link.closest(".isnad")));
  done(link);
}

// Put a question into the box, to be changed and asked.
function propose(question) {
  const box = document.querySelector("#is-question textarea");
  const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
  set.call(box, question); // Svelte reads the box on its own event
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  box.setSelectionRange(question.length, question.length);
}

actions.copy = copy;
actions.edit = (link) => propose(link.closest(".is-completed").querySelector(".is-full").textContent.trim());
actions.why = explain;

async function explain(link, address) {
  const body = link.closest(".is-why-body");
  body.innerHTML = await server.why([address.slice(5), window.isnad.language()]);
}

// "toggle" does not bubble, hence the capturing.
document.addEventListener(
  "toggle",
  (event) => {
    const link = event.target.open && event.target.querySelector?.(".is-why-body > a[href^='#why-']");
    if (link) explain(link, link.getAttribute("href"));
  },
  true,
);
