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
    const chip = [".is-title", ".is-date", ".is-place"].map((part) => words(line.querySelector(part))).filter(Boolean);
    return "— " + [chip.join(" · "), ...[...line.querySelectorAll(".is-via")].map(words)].join(arrow);
  };
  const groups = [...message.querySelectorAll(".is-group")].map((group) => {
    const said = [".is-answer", ".is-when > span", ":scope > .is-context"];
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

// Put a question into the box, to be changed and asked.
function propose(question) {
  const box = document.querySelector("#is-question textarea");
  const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
  const put = () => {
    set.call(box, question); // Svelte reads the box on its own event
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
    box.setSelectionRange(question.length, question.length);
  };
  put();
  // After an answer Gradio empties and disables the box once more: then this is done again, unless the reader went on.
  const again = setInterval(() => (box.value && document.activeElement !== document.body) || put(), 50);
  const leave = () => clearInterval(again);
  setTimeout(leave, 1500);
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, leave, { capture: true, once: true });
}

function questionOf(link) {
  const understood = link.closest(".isnad").querySelector(".is-full");
  let row = link.closest(".message-row");
  while (row && !row.matches(".user-row")) row = row.previousElementSibling;
  return (understood ?? row?.querySelector("p"))?.textContent.trim() ?? "";
}

async function explain(link, address) {
  const part = link.closest(".is-why-body");
  await sustain([address.slice(5)]);
  part.innerHTML = await server.why([address.slice(5), language()]);
}

const judged = new Set([window.isnad.session.read("isnad.reports", [])].flat()); // ids of one's own reports

async function judge(link, verdict, reason, note) {
  const key = link.getAttribute("href").slice(verdict.length + 2);
  await sustain([key]);
  const [id, problem] = await server.report([key, verdict, reason, note, language()]);
  if (problem) return window.alert(problem);
  judged.add(id);
  window.isnad.session.set("isnad.reports", JSON.stringify([...judged]));
  for (const each of link.parentElement.querySelectorAll(".is-judge")) {
    each.classList.toggle("is-chosen", each === link);
  }
}

actions.copy = async (link) => {
  await write(asText(link.closest(".isnad")));
  done(link);
};
actions.share = async (link) => {
  const address = new URL(location.pathname, location.href);
  address.searchParams.set("q", questionOf(link));
  for (const [name, value] of await filtersOf(link)) address.searchParams.append(name, value);
  if (language() !== "ar") address.searchParams.set("lang", language());
  await write(address.href);
  done(link);
};
actions.edit = (link) => propose(questionOf(link));
actions.why = explain;
actions.right = (link) => judge(link, "right", "", "");
actions.wrong = async (link) => {
  const said = await ask("report");
  if (said) judge(link, "wrong", said.get("reason"), said.get("note"));
};

// "toggle" does not bubble, hence the capturing.
document.addEventListener(
  "toggle",
  (event) => {
    const link = event.target.open && event.target.querySelector?.(".is-why-body > a[href^='#why-']");
    if (link) explain(link, link.getAttribute("href"));
  },
  true,
);
