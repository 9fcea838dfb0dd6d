// Search within the opened document. What is found is highlighted over the text, whose letters stay joined.
let found = []; // ranges, in order
let at = -1;

// Fold spelling as the search does: no marks, one alef, western digits; with the way back to the original.
function fold(text) {
  let folded = "";
  const back = [];
  for (let place = 0; place < text.length; place++) {
    const letters = text[place]
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "")
      .replace(/\u0671/g, "\u0627")
      .replace(/\u0649/g, "\u064a")
      .replace(/\u0629/g, "\u0647")
      .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 15))
      .replace(/\s/g, " ");
    for (const letter of letters) {
      folded += letter;
      back.push(place);
    }
  }
  back.push(text.length);
  return { folded, back };
}

function forgetFound() {
  found = [];
  at = -1;
  CSS.highlights?.delete("isnad-found");
  CSS.highlights?.delete("isnad-here");
}

// A paragraph at a time, over the pieces that its marks cut it into.
function findIn(paragraph, wanted) {
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  const pieces = [];
  let text = "";
  while (walker.nextNode()) {
    pieces.push([text.length, walker.currentNode]);
    text += walker.currentNode.data;
  }
  const { folded, back } = fold(text);
  const place = (range, edge, offset) => {
    const [start, node] = pieces.filter(([start]) => start <= offset - (edge === "End" ? 1 : 0)).pop();
    range[`set${edge}`](node, offset - start);
  };
  for (let from = folded.indexOf(wanted); from >= 0; from = folded.indexOf(wanted, from + wanted.length)) {
    const range = document.createRange();
    place(range, "Start", back[from]);
    place(range, "End", back[from + wanted.length - 1] + 1);
    found.push(range);
  }
}

function find(text) {
  forgetFound();
  const wanted = fold(text.trim()).folded;
  if (wanted.length > 1) for (const each of body().querySelectorAll("article p")) findIn(each, wanted);
  if (CSS.highlights && found.length) CSS.highlights.set("isnad-found", new Highlight(...found));
  step(1);
  if (!found.length) body().querySelector(".is-found").textContent = wanted.length > 1 ? "0" : "";
}

function step(by) {
  if (!found.length) return;
  at = (at + by + found.length) % found.length;
  bringIntoView(found[at]);
  if (CSS.highlights) CSS.highlights.set("isnad-here", new Highlight(found[at]));
  body().querySelector(".is-found").textContent = `${at + 1} / ${found.length}`;
}

actions.find = (link, address) => step(address === "#find-next" ? 1 : -1);
element.addEventListener("input", (event) => {
  if (event.target.closest(".is-find")) find(event.target.value);
});
element.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.closest(".is-find input")) return;
  event.preventDefault();
  step(event.shiftKey ? -1 : 1);
});
