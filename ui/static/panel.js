// The source panel. `element`, `server` come from gr.HTML; every click on one of our links arrives here.
const SOURCE = /^#src-([A-Za-z0-9_-]+)-(\d+)-(\d+)$/;
const body = () => element.querySelector(".is-slot");
const phone = window.matchMedia("(max-width: 900px)");
let shown = { view: "documents" }; // what the panel shows: a view, or {token, span, spans}
const actions = {}; // what a link #name or #name-… does, by its name: (link, address) => …
let opener = null; // where the focus returns when the panel closes
let request = 0;
let leaving = 0; // steps back in the history that the panel has asked for itself

const language = () => window.isnad.language();
const isOpen = () => document.body.classList.contains("is-source-open");

// What the panel covers on a phone nobody tabs into or hears.
function cover() {
  for (const each of document.querySelectorAll("#is-header, #is-chat")) each.inert = isOpen() && phone.matches;
}
phone.addEventListener("change", cover);

function setOpen(open) {
  if (open === isOpen()) return;
  document.body.classList.toggle("is-source-open", open);
  cover();
  if (open && phone.matches) history.pushState({ isnad: "source" }, ""); // so that "back" closes it
  else if (!open && history.state?.isnad === "source") {
    leaving += 1; // what comes of it arrives later, when the panel may be open again
    history.back();
  }
  if (!open && opener && opener.isConnected) opener.focus({ preventScroll: true });
}

// The keys of the answers on the screen, oldest first: a link of each carries its own.
function keys(root = document.querySelector("#is-messages")) {
  const links = [...root.querySelectorAll("a[href^='#right-'], a[href^='#again-']")];
  return [...new Set(links.map((each) => each.getAttribute("href").slice(7)))];
}

let seen = 0; // questions and answers on the screen
new MutationObserver(() => {
  const messages = [...document.querySelectorAll("#is-messages .message-row")];
  // A question's row comes before its words, and is not shown without them.
  const now = document.querySelectorAll("#is-messages .user-row:has(p), #is-messages .isnad").length;
  const question = messages.filter((each) => each.matches(".user-row:has(p)")).pop();
  if (now > seen && question) toTop(question);
  if (now !== seen && shown.view && shown.view !== "documents") draw(false); // these views show the answers
  seen = now;
  note();
}).observe(document.body, { childList: true, subtree: true });

// Bring a question to the top, with room below it, so that nothing moves when the answer arrives.
function toTop(question) {
  const [scroller, all] = [question.closest(".bubble-wrap"), question.closest(".message-wrap")];
  if (!scroller || !all) return;
  const above = question.getBoundingClientRect().top - all.getBoundingClientRect().top;
  all.style.minHeight = `${Math.floor(above + scroller.clientHeight - 24)}px`;
  scroller.scrollTop = above; // not scrollIntoView(), which moves whatever lies around the conversation, too
}

const views = {
  documents: () => server.sources([language()]),
  timeline: () => sustain().then(() => server.timeline([keys(), language()])),
  map: () => sustain().then(() => server.agreement([keys(), language()])),
};

async function draw(scroll) {
  const mine = ++request;
  const html = shown.view
    ? await views[shown.view]()
    : await server.source([shown.token, shown.span, shown.spans, language()]);
  if (mine !== request) return; // a later click has overtaken this one
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  body().innerHTML = html;
  if (focused || (isOpen() && phone.matches)) takeFocus(focused?.ariaLabel);
  forgetFound();
  body().querySelector(".is-tab[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const chosen = body().querySelector("mark.is-chosen");
  const scroller = body().querySelector(".is-panel-body");
  if (!scroll || !scroller) return;
  scroller.scrollTop = 0;
  if (chosen) bringIntoView(chosen);
}

// What had the focus is gone with the old content: to what has its name now, or else to the first thing there.
function takeFocus(label) {
  const all = [...body().querySelectorAll("a[href], input")].filter((each) => each.checkVisibility());
  const again = label && all.find((each) => each.ariaLabel === label);
  const first = all.find((each) => each.matches(".is-close")) ?? all[0];
  (again || first)?.focus({ preventScroll: true });
}

// Scroll the panel, and nothing around it, so that something stands a third from the top.
function bringIntoView(range) {
  const scroller = body().querySelector(".is-panel-body");
  const gap = range.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  scroller.scrollTop += gap - scroller.clientHeight / 3;
}

function open(token, span, spans) {
  shown = { token, span, spans };
  document.querySelectorAll("#is-messages .is-current").forEach((each) => each.classList.remove("is-current"));
  setOpen(true);
  return draw(true);
}

function show(link, view) {
  shown = { view };
  if (!element.contains(link)) opener = link;
  setOpen(true);
  draw(true);
}

// Every span of the same document that the same message cites.
function citedWith(link, token) {
  const message = link.closest(".isnad, .is-panel");
  return [...message.querySelectorAll("a.is-chip, a.is-side")]
    .map((each) => SOURCE.exec(each.getAttribute("href")))
    .filter((match) => match && match[1] === token)
    .map((match) => [Number(match[2]), Number(match[3])]);
}

actions.src = (link, address) => {
  const [, token, start, end] = SOURCE.exec(address);
  if (!element.contains(link)) opener = link;
  open(token, [Number(start), Number(end)], citedWith(link, token));
  if (link.isConnected) link.classList.add("is-current");
};
actions.doc = (link, address) => open(address.slice(5), null, []);
actions.span = (link, address) => {
  const [, start, end] = address.split("-").map(Number);
  shown.span = [start, end];
  draw(true);
};
actions.close = () => setOpen(false);
for (const view of Object.keys(views)) actions[view] = (link) => show(link, view);

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("a[href^='#']");
    const address = link?.getAttribute("href") ?? "";
    const act = actions[address.slice(1).split("-")[0]];
    if (!act || (address.startsWith("#src-") && !SOURCE.test(address))) return;
    event.preventDefault();
    event.stopPropagation();
    act(link, address);
  },
  true,
);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOpen() && !document.querySelector("dialog[open]")) setOpen(false);
});
window.addEventListener("popstate", () => (leaving ? (leaving -= 1) : setOpen(false)));
window.addEventListener("isnad:language", () => draw(false));
