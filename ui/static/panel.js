// The source panel. `element`, `server` come from gr.HTML; every click on one of our links arrives here.
const SOURCE = /^#src-([A-Za-z0-9_-]+)-(\d+)-(\d+)$/;
const body = () => element.querySelector(".is-slot");
const phone = window.matchMedia("(max-width: 900px)");
let shown = null; // what the panel shows: {token, span, spans}, or null for the list
let opener = null; // where the focus returns when the panel closes
let request = 0;

const isOpen = () => document.body.classList.contains("is-source-open");

function setOpen(open) {
  if (open === isOpen()) return;
  document.body.classList.toggle("is-source-open", open);
  if (open && phone.matches) history.pushState({ isnad: "source" }, ""); // so that "back" closes it
  else if (history.state?.isnad === "source") history.back();
  if (!open && opener && opener.isConnected) opener.focus({ preventScroll: true });
}

let seen = 0; // questions and answers on the screen
new MutationObserver(() => {
  const messages = document.querySelectorAll("#is-messages .message-row");
  // Gradio labels each bubble with its source: to a screen reader, a wall of markup before the answer.
  for (const each of messages) each.querySelector("[aria-label]")?.removeAttribute("aria-label");
  const now = document.querySelectorAll("#is-messages .user-row, #is-messages .isnad").length;
  if (now > seen) [...messages].filter((each) => each.matches(".user-row")).pop()?.scrollIntoView();
  seen = now;
}).observe(document.body, { childList: true, subtree: true });

async function draw(scroll) {
  const mine = ++request;
  const language = window.isnad.language();
  const html = shown
    ? await server.source([shown.token, shown.span, shown.spans, language])
    : await server.sources([language]);
  if (mine !== request) return; // a later click has overtaken this one
  body().innerHTML = html;
  const chosen = body().querySelector("mark.is-chosen");
  const scroller = body().querySelector(".is-panel-body");
  if (!scroll || !scroller) return;
  if (chosen) {
    const gap = chosen.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    scroller.scrollTop += gap - scroller.clientHeight / 3;
  } else scroller.scrollTop = 0;
}

function open(token, span, spans) {
  shown = { token, span, spans };
  document.querySelectorAll(".is-chip.is-current").forEach((each) => each.classList.remove("is-current"));
  setOpen(true);
  return draw(true);
}

// Every span of the same document that the same message cites.
function citedWith(link, token) {
  return [...link.closest(".isnad").querySelectorAll("a.is-chip")]
    .map((each) => SOURCE.exec(each.getAttribute("href")))
    .filter((match) => match && match[1] === token)
    .map((match) => [Number(match[2]), Number(match[3])]);
}

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const box = document.createElement("textarea"); // over plain HTTP there is no clipboard but this one
  box.value = text;
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}

async function copy(link) {
  const message = link.closest(".isnad");
  const lines = [...message.querySelectorAll(".is-group")].map((group) => {
    const text = (part) => group.querySelector(part)?.textContent.trim();
    const sources = [...group.querySelectorAll(".is-chip")].map((chip) =>
      [chip.querySelector(".is-title"), chip.querySelector(".is-date")]
        .filter(Boolean)
        .map((part) => part.textContent)
        .join(" · "),
    );
    return [text(".is-answer"), text(".is-context"), ...sources.map((each) => "— " + each)].filter(Boolean).join("\n");
  });
  await write(lines.join("\n\n"));
  link.classList.add("is-done");
  setTimeout(() => link.classList.remove("is-done"), 1600);
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (!link) return;
    const address = link.getAttribute("href");
    const source = SOURCE.exec(address);
    const own = source || /^#(doc-|span-|documents$|close$|copy$)/.test(address);
    if (!own) return;
    event.preventDefault();
    event.stopPropagation();
    if (source) {
      opener = link;
      open(source[1], [Number(source[2]), Number(source[3])], citedWith(link, source[1]));
      link.classList.add("is-current");
    } else if (address === "#copy") copy(link);
    else if (address === "#close") setOpen(false);
    else if (address === "#documents") {
      shown = null;
      if (!element.contains(link)) opener = link;
      setOpen(true);
      draw(true);
    } else if (address.startsWith("#doc-")) open(address.slice(5), null, []);
    else if (shown) {
      const [, start, end] = address.split("-").map(Number);
      shown.span = [start, end];
      draw(true);
    }
  },
  true,
);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOpen()) setOpen(false);
});
window.addEventListener("popstate", () => setOpen(false));
window.addEventListener("isnad:language", () => draw(false));
draw(false);
