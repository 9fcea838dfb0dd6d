// The source panel. `element`, `server` come from gr.HTML; every click on one of our links arrives here.
const SOURCE = /^#src-([A-Za-z0-9_-]+)-(\d+)-(\d+)$/;
const body = () => element.querySelector(".is-slot");
const phone = window.matchMedia("(max-width: 900px)");
let shown = null; // what the panel shows: {token, span, spans}, or null for the list
const actions = {}; // what a link #name or #name-… does besides, by its name: (link, address) => …
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
  const messages = [...document.querySelectorAll("#is-messages .message-row")];
  // Gradio labels each bubble with its source: to a screen reader, a wall of markup before the answer.
  for (const each of messages) each.querySelector("[aria-label]")?.removeAttribute("aria-label");
  const now = document.querySelectorAll("#is-messages .user-row, #is-messages .isnad").length;
  const question = messages.filter((each) => each.matches(".user-row")).pop();
  if (now > seen && question) toTop(question);
  seen = now;
}).observe(document.body, { childList: true, subtree: true });

// Bring a question to the top, with room below it, so that nothing moves when the answer arrives.
function toTop(question) {
  const [scroller, all] = [question.closest(".bubble-wrap"), question.closest(".message-wrap")];
  if (!scroller || !all) return;
  const above = question.getBoundingClientRect().top - all.getBoundingClientRect().top;
  all.style.minHeight = `${Math.floor(above + scroller.clientHeight - 24)}px`;
  scroller.scrollTop = above; // not scrollIntoView(), which moves whatever lies around the conversation, too
}

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
  document.querySelectorAll("#is-messages .is-current").forEach((each) => each.classList.remove("is-current"));
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

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (!link) return;
    const address = link.getAttribute("href");
    const source = SOURCE.exec(address);
    const act = actions[address.slice(1).split("-")[0]];
    const own = source || act || /^#(doc-|span-|documents$|close$)/.test(address);
    if (!own) return;
    event.preventDefault();
    event.stopPropagation();
    if (source) {
      opener = link;
      open(source[1], [Number(source[2]), Number(source[3])], citedWith(link, source[1]));
      link.classList.add("is-current");
    } else if (act) act(link, address);
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
