// The list of documents: what is added, removed and chosen in it. Runs after panel.js, in the same scope.
(() => {
  const STORED = "isnad.visit";
  const ROUTE = "isnad/documents";
  const SHOWN_MS = 4000; // for which a line says that a file is ready

  let visit = ""; // the token of the visitor's own documents; "" where there are none
  let only = []; // the documents that are asked, as the row of filters has them; none means all
  let taking = false; // whether files are taken here
  let working = Promise.resolve(); // files go one after the other
  const coming = document.createElement("ul"); // files on their way: kept when the list is drawn anew
  coming.className = "is-coming";
  const spoken = document.createElement("p"); // what a screen reader is told of them
  spoken.className = "is-unseen";
  spoken.setAttribute("role", "status");
  const chooser = document.createElement("input"); // kept, too: it may be open while the list is drawn anew
  chooser.type = "file";
  chooser.multiple = true;
  chooser.className = "is-unseen";
  chooser.addEventListener("change", () => {
    const files = [...chooser.files];
    chooser.value = "";
    add(files);
  });

  let choosing = false; // whether the focus is on it: it goes when the list is drawn anew, and is given back
  document.addEventListener("focusin", (event) => (choosing = event.target === chooser));

  try {
    visit = sessionStorage.getItem(STORED) ?? "";
  } catch {
    /* storage can be closed to a page inside a frame: then the documents last as long as the page */
  }

  // Whatever is asked of the server from here on is asked for the visit.
  const give = trigger;
  trigger = (name, data) => give(name, { ...data, visit });
  server = new Proxy(server, { get: (all, name) => (given = []) => all[name]([...given, { visit }]) });
  Object.assign(window.isnad, { visit: () => visit, only: () => only, narrow });

  function become(token) {
    if (token === visit) return;
    visit = token;
    try {
      if (token) sessionStorage.setItem(STORED, token);
      else sessionStorage.removeItem(STORED);
    } catch {
      /* as above */
    }
    give("visited");
  }

  const shelf = () => body().querySelector(".is-shelf");
  let words = {};
  const decoded = (token) => {
    const bytes = atob(token.replace(/-/g, "+").replace(/_/g, "/"));
    return new TextDecoder().decode(Uint8Array.from(bytes, (each) => each.charCodeAt(0)));
  };

  // -- Which are asked: the boxes and the row of filters under the question show the same ----------------

  function narrow(names) {
    only = names ?? [];
    tick();
  }

  function tick() {
    const list = shelf();
    if (!list) return;
    for (const box of list.querySelectorAll(".is-pick input")) box.checked = only.includes(decoded(box.value));
    const line = list.querySelector(".is-only");
    line.hidden = !only.length;
    const forms = JSON.parse(line.dataset.forms);
    const form = forms[new Intl.PluralRules(language()).select(only.length)] ?? forms.other;
    line.querySelector("span").textContent = only.length ? form.replace("{n}", only.length) : "";
  }

  function choose(names) {
    only = names;
    tick();
    give("narrowed");
  }

  element.addEventListener("change", (event) => {
    if (event.target.matches(".is-pick input")) {
      const id = decoded(event.target.value);
      choose(event.target.checked ? [...only, id] : only.filter((each) => each !== id));
    }
  });

  element.addEventListener("input", (event) => {
    if (!event.target.closest(".is-titles")) return;
    const wanted = fold(event.target.value.trim()).folded;
    let left = 0;
    for (const row of shelf().querySelectorAll(".is-shelved")) {
      const title = row.querySelector(".is-document-title, .is-name")?.textContent ?? "";
      row.hidden = Boolean(wanted) && !fold(title).folded.includes(wanted);
      left += !row.hidden;
    }
    shelf().querySelector(".is-no-title").hidden = left > 0;
  });

  // -- The list, drawn anew --------------------------------------------------------------------------------

  function settle() {
    const list = shelf();
    const place = list?.querySelector(".is-coming-place");
    taking = list ? Boolean(place) : taking;
    if (place) {
      words = JSON.parse(place.parentElement.dataset.words);
      place.append(coming, spoken);
      list.querySelector(".is-add-button").prepend(chooser);
      if (choosing) chooser.focus({ preventScroll: true });
    }
    if (list) {
      for (const count of document.querySelectorAll(".is-count")) {
        count.textContent = list.querySelector(".is-counted").textContent;
      }
      if (list.querySelector(".is-over")) {
        become("");
        drop((id) => id.startsWith("~/"));
      }
      tick();
    }
  }
  new MutationObserver(settle).observe(body(), { childList: true });

  // Draw it again where it is shown, and let the rest of the page follow: count, filters, suggestions.
  async function follow() {
    give("followed", { visit });
    if (shown.view !== "documents") return count();
    const at = body().querySelector(".is-panel-body")?.scrollTop ?? 0;
    const focused = document.activeElement?.closest?.("#is-panel a")?.getAttribute("href");
    await draw(false);
    const scroller = body().querySelector(".is-panel-body");
    if (scroller) scroller.scrollTop = at;
    if (focused) body().querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  async function count() {
    const list = document.createElement("div");
    list.innerHTML = await server.sources([language()]);
    const text = list.querySelector(".is-counted")?.textContent;
    for (const each of document.querySelectorAll(".is-count")) if (text) each.textContent = text;
  }

  function drop(gone) {
    const left = only.filter((id) => !gone(id));
    if (left.length !== only.length) choose(left);
  }

  // -- Files on their way ------------------------------------------------------------------------------------

  // Ask for a change, and hear what is done, line by line; the last line says what became of it.
  function change(what, file, tell) {
    const query = new URLSearchParams({ ...what, lang: language() });
    return new Promise((settle) => {
      const sending = new XMLHttpRequest();
      let read = 0;
      let last = {};
      const hear = () => {
        const end = sending.responseText.lastIndexOf("\n") + 1 || (sending.readyState === 4 ? Infinity : 0);
        for (const line of sending.responseText.slice(read, end).split("\n")) {
          if (!line.trim()) continue;
          last = JSON.parse(line);
          if (last.stage) tell(last);
        }
        read = Math.max(read, Math.min(end, sending.responseText.length));
      };
      sending.open("POST", `${ROUTE}?${query}`);
      if (visit) sending.setRequestHeader("x-isnad-visit", visit);
      sending.upload.onprogress = (event) =>
        tell({ stage: "sending", text: words.stage_sending, done: event.loaded, total: event.total });
      sending.onprogress = hear;
      sending.onloadend = () => {
        try {
          hear();
        } catch {
          last = {};
        }
        settle(last.done === true || last.refused ? last : { refused: true, message: words.upload_broken, again: true });
      };
      sending.send(file);
    });
  }

  // A line about something that is being done.
  function begin(name) {
    const line = document.createElement("li");
    const part = (kind, tag = "span") => {
      const made = document.createElement(tag);
      made.className = kind;
      line.append(made);
      return made;
    };
    const title = document.createElement("bdi");
    title.textContent = name;
    part("is-name").append(title);
    const stage = part("is-stage-now");
    const bar = part("is-bar", "progress");
    bar.setAttribute("aria-label", name);
    coming.append(line);
    return {
      tell({ stage: kind, text, done, total }) {
        line.classList.toggle("is-working", kind !== "waiting");
        const told = kind === "sending" ? total > 0 : total > 1;
        stage.textContent = !told ? text : kind === "sending" ? `${text} ${Math.floor((100 * done) / total)}%` : `${text} ${Math.floor(done)} / ${total}`;
        if (told) {
          bar.max = total;
          bar.value = done;
        } else bar.removeAttribute("value");
      },
      refuse(outcome, offers) {
        line.classList.add("is-refused");
        bar.remove();
        stage.textContent = outcome.message;
        spoken.textContent = `${name}: ${outcome.message}`;
        for (const [label, act] of offers) {
          const button = part("is-offer", "button");
          button.type = "button";
          button.textContent = label;
          button.onclick = () => {
            line.remove();
            act();
          };
        }
        const hide = part("is-dismiss", "button");
        hide.type = "button";
        hide.setAttribute("aria-label", words.dismiss);
        hide.onclick = () => line.remove();
      },
      warn(text) {
        line.classList.add("is-warned");
        this.refuse({ message: text }, []);
        line.classList.remove("is-refused");
      },
      end() {
        spoken.textContent = `${name}: ${words.stage_done}`;
        line.remove();
      },
    };
  }

  function add(files) {
    if (shown.view !== "documents") show(element, "documents");
    for (const file of files) {
      const line = begin(file.name);
      line.tell({ stage: "waiting", text: words.stage_waiting, done: 0, total: 0 });
      working = working.then(() => send(file, file.name, line));
    }
  }

  async function send(file, name, line) {
    line.tell({ stage: "sending", text: words.stage_sending, done: 0, total: 0 });
    let outcome = await change({ do: "check", name, size: file.size }, null, () => {});
    if (!outcome.refused) outcome = await change({ do: "add", name }, file, line.tell);
    if (outcome.refused) {
      const offers = [];
      if (outcome.offer) {
        offers.push([words.upload_as.replace("{name}", outcome.offer), () => again(file, outcome.offer)]);
      }
      if (outcome.again) offers.push([words.retry, () => again(file, name)]);
      line.refuse(outcome, offers);
      return;
    }
    if (outcome.visit) become(outcome.visit);
    await follow();
    line.end();
    if (outcome.warning && !isListed(outcome.documents)) begin(outcome.name).warn(outcome.warning);
    for (const id of outcome.documents) arrive(id);
  }

  function again(file, name) {
    const line = begin(name);
    working = working.then(() => send(file, name, line));
  }

  const rowOf = (id) => [...(shelf()?.querySelectorAll(".is-pick input") ?? [])].find((box) => decoded(box.value) === id)?.closest("li");
  const isListed = (ids) => ids.length === 1 && Boolean(rowOf(ids[0])?.querySelector(".is-garbled"));

  function arrive(id) {
    const row = rowOf(id);
    row?.classList.add("is-arrived");
    setTimeout(() => row?.classList.remove("is-arrived"), SHOWN_MS);
  }

  // -- Removing, putting back, looking again ------------------------------------------------------------------

  const told = {
    remove: (link, name) => carry(link, { do: "remove", name }, name),
    undo: (link, name) => carry(link, { do: "undo", name }, ""),
    refresh: (link) => carry(link, { do: "refresh" }, ""),
    forget: async (link) => {
      await carry(link, { do: "forget" }, "~/");
      become("");
      await follow();
    },
    all: () => choose([]),
  };

  async function carry(link, what, gone) {
    if (link.getAttribute("aria-disabled")) return;
    link.setAttribute("aria-disabled", "true");
    const name = link.closest("li")?.querySelector(".is-document-title, .is-name")?.textContent ?? link.textContent;
    const line = what.do === "forget" ? null : begin(name);
    const outcome = await (working = working.then(() => change(what, null, line?.tell ?? (() => {}))));
    link.removeAttribute("aria-disabled");
    if (outcome.refused) {
      (line ?? begin(name)).refuse(outcome, []);
      return;
    }
    if (gone) drop((id) => [gone, `~/${gone}`].some((each) => id === each || id.startsWith(gone === "~/" ? gone : `${each}/`)));
    await follow();
    line?.end();
  }

  actions.shelf = (link, address) => {
    const [, what, token = ""] = /^#shelf-([a-z]+)(?:-(.*))?$/.exec(address);
    told[what]?.(link, token && decoded(token));
  };

  // -- Dropping ------------------------------------------------------------------------------------------------

  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const place = element.closest("#is-source");
  let depth = 0;
  const mark = (on) => {
    place.classList.toggle("is-dropping", on);
    place.dataset.drop = words.drop_now ?? "";
  };
  place.addEventListener("dragenter", (event) => {
    if (taking && holdsFiles(event)) mark(++depth > 0);
  });
  place.addEventListener("dragleave", (event) => {
    if (taking && holdsFiles(event)) mark(--depth > 0);
  });
  // Elsewhere the browser would leave the page and open the file.
  window.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = taking && place.contains(event.target) ? "copy" : "none";
  });
  window.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark(false);
    if (taking && place.contains(event.target)) add([...event.dataTransfer.files]);
  });

  window.addEventListener("isnad:language", () => shown.view !== "documents" && count());
  if (visit) give("visited");
})();
