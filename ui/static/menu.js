// The menu above, dialogs, keys, printing, and the question in the address. Runs last, in panel.js's scope.
const dialog = document.createElement("dialog");
dialog.className = "is-dialog";
document.body.append(dialog);

// Show a dialog, and return what was filled in, or null if it was closed.
async function ask(name) {
  dialog.innerHTML = await server.form([name, language()]);
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((settle) => dialog.addEventListener("close", settle, { once: true }));
  return dialog.returnValue === "send" ? new FormData(dialog.querySelector("form")) : null;
}

function download(name, kind, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${kind};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const menu = () => document.querySelector(".is-menu[open]");
actions.export = async (link, address) => {
  const form = address.slice(8);
  await sustain();
  const text = await server.export([form, keys(), language()]);
  download(`isnad.${form}`, form === "json" ? "application/json" : "text/markdown", text);
};
actions.print = () => window.print();
actions.reports = async () => {
  download("isnad-reports.jsonl", "application/jsonl", await server.reports([[...judged]]));
};
actions.keys = () => ask("keys");

document.addEventListener("click", (event) => {
  const open = menu();
  if (open && !event.target.closest(".is-menu > summary")) open.open = false;
}, true);

// On paper everything is unfolded.
let folded = [];
window.addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("#is-messages details.is-more:not([open])")];
  folded.forEach((each) => (each.open = true));
});
window.addEventListener("afterprint", () => folded.forEach((each) => (each.open = false)));

document.addEventListener("keydown", (event) => {
  const box = document.querySelector("#is-question textarea");
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "Escape" && menu()) menu().open = false;
  if (event.isComposing || event.ctrlKey || event.metaKey) return;
  if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const steps = body().querySelectorAll(".is-steps > .is-step");
    const step = steps[event.key === "ArrowUp" ? 0 : steps.length - 1];
    if (step?.matches("a")) {
      event.preventDefault();
      step.click();
    }
  } else if (event.altKey) return;
  else if (event.key === "ArrowUp" && typing === box && box && !box.value) {
    const asked = [...document.querySelectorAll("#is-messages .user-row p")].pop();
    if (asked) {
      event.preventDefault();
      propose(asked.textContent.trim());
    }
  } else if (event.key === "/" && !typing && box) {
    event.preventDefault();
    box.focus();
  } else if (event.key === "f" && !typing && body().querySelector(".is-find input")) {
    event.preventDefault();
    body().querySelector(".is-find input").focus();
  }
});

arrive();
draw(false);
