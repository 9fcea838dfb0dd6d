// Conversations, kept in this browser and nowhere else: what was asked, and each answer's JSON with its key. The
// server compares that with the documents before it shows it again. Runs in panel.js's scope, before menu.js.
const { note, sustain, filtersOf, arrive } = (() => {
  const { kept, session } = window.isnad;
  const SHELF = `isnad.talk.${body().dataset.corpus}.`;
  const MOST_TALKS = 100;
  const MOST_CHARS = 4_000_000; // of all of them; a browser keeps some five million
  const held = new Map(); // what is kept of the answers on the screen, by key
  let current = session.get("isnad.current") ?? ""; // the id of the conversation on the screen; "" for a new one
  let awaited = null; // a conversation that the server is about to show: its id, keys, and until when
  let undone = []; // what was deleted last: [name, value]

  const idOf = (name) => name.slice(SHELF.length);
  const turnsOf = (name) => [kept.read(name, {})?.turns].flat().filter((turn) => turn?.key && turn.answer?.question);

  function become(id) {
    current = id;
    session.set("isnad.current", id);
  }

  // The names of all conversations, the latest first.
  function shelved() {
    const names = kept.names().filter((name) => name.startsWith(SHELF));
    const times = new Map(names.map((name) => [name, Number(kept.read(name, {})?.at) || 0]));
    return names.filter((name) => turnsOf(name).length).sort((one, other) => times.get(other) - times.get(one));
  }

  views.history = () => server.history([talks(), kept.lasting, undone.length > 0, current, language()]);
  actions.history = (link) => show(link, "history");

  // For the list: id, first question, day, time of day, number of questions.
  function talks() {
    return shelved().map((name) => {
      const turns = turnsOf(name);
      const at = new Date(kept.read(name, {}).at || 0);
      const [two, day] = [(number) => String(number).padStart(2, "0"), [at.getFullYear(), at.getMonth() + 1, at.getDate()]];
      const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
      return [idOf(name), turns[0].answer.question, day.map(two).join("-"), clock, turns.length];
    });
  }

  // Keep the conversation on the screen, and let the oldest go where there is no room.
  function shelve(turns) {
    const name = SHELF + current;
    const others = shelved().filter((each) => each !== name);
    let room = MOST_CHARS - JSON.stringify(turns).length;
    others.forEach((each, place) => {
      room -= kept.get(each).length;
      if (room < 0 || place >= MOST_TALKS - 1) kept.remove(each);
    });
    const left = shelved().filter((each) => each !== name);
    for (let part = turns; part.length; ) {
      if (kept.set(name, JSON.stringify({ at: Date.now(), turns: part }))) return;
      if (left.length) kept.remove(left.pop());
      else part = part.slice(1);
    }
  }

  // What is kept of the answers with these keys: from the server where the reader is faster than `note`.
  async function recordsOf(wanted) {
    const unknown = wanted.filter((key) => !held.has(key));
    if (unknown.length) for (const record of await server.receipts([unknown])) held.set(record.key, record);
    return wanted.map((key) => held.get(key)).filter(Boolean);
  }

  // One after the other, and never a conversation over another: see `awaited`.
  let noting = Promise.resolve();
  let noted = "";
  let cleared = false; // whether the screen was empty since
  const questions = (turns) => turns.map((turn) => turn.answer.question).join("\n");
  function note() {
    const screen = document.querySelector("#is-messages");
    if (!screen) return;
    const now = `${keys(screen)} ${screen.querySelectorAll(".user-row").length}`;
    if (now === noted && !awaited) return;
    noted = now;
    noting = noting.then(writeDown).catch(() => (noted = "")); // the server may be away
  }

  async function writeDown() {
    const screen = document.querySelector("#is-messages");
    const now = keys(screen);
    if (awaited && Date.now() > awaited.until) awaited = null;
    if (awaited) {
      if (now[0] !== awaited.keys[0]) return;
      become(awaited.id);
      awaited = null;
      cleared = false;
      const question = [...screen.querySelectorAll(".user-row")].pop();
      if (question) toTop(question);
    }
    if (!now.length) {
      cleared ||= !screen.querySelector(".user-row");
      return;
    }
    const turns = await recordsOf(now);
    let before = current ? turnsOf(SHELF + current) : [];
    if (cleared && questions(before) !== questions(turns)) {
      become(""); // and not where a single question was asked again
      before = [];
    }
    cleared = false;
    if (!turns.length || before.map((turn) => turn.key).join() === turns.map((turn) => turn.key).join()) return;
    if (!current) become(Date.now().toString(36) + Math.random().toString(36).slice(2, 8));
    shelve(turns);
    if (shown.view === "history") draw(false);
  }

  // Give the server back what it has forgotten of the answers on the screen.
  async function sustain(wanted = keys()) {
    const forgotten = held.size ? await server.forgotten([wanted]) : [];
    const records = forgotten.map((key) => held.get(key)).filter(Boolean);
    if (records.length) await server.recall([records]);
  }

  // Show a kept conversation, or with "" a new one.
  function take(id) {
    const turns = id ? turnsOf(SHELF + id) : [];
    if (id && !turns.length) return;
    for (const turn of turns) held.set(turn.key, turn);
    awaited = { id, keys: turns.map((turn) => turn.key), until: Date.now() + 20_000 };
    trigger("input", { kind: "open", records: turns, language: language() });
  }

  function forget(names) {
    undone = names.map((name) => [name, kept.get(name)]);
    names.forEach((name) => kept.remove(name));
    if (names.includes(SHELF + current)) take("");
    draw(false);
  }

  const recordOf = async (link) => (await recordsOf(keys(link.closest(".isnad")).slice(0, 1)))[0];
  const FILTERS = ["doc", "in", "since", "until"]; // their names in an address

  // The filters that an answer was asked with, as the address of its question has them.
  async function filtersOf(link) {
    const values = (await recordOf(link))?.filters ?? [];
    return FILTERS.flatMap((name, place) => [values[place] ?? []].flat().map((value) => [name, value]));
  }

  const askAgain = async (link) => {
    const record = await recordOf(link);
    if (!record) return;
    const { question } = record.answer;
    trigger("input", { kind: "ask", question, filters: record.filters, language: language() });
  };
  actions.again = askAgain;
  actions.typed = askAgain;
  actions.new = () => {
    take("");
    setOpen(false);
    document.querySelector("#is-question textarea")?.focus();
  };
  actions.talk = (link, address) => {
    take(address.slice(6));
    setOpen(false);
  };
  actions.drop = (link, address) => forget([SHELF + address.slice(6)]);
  actions.dropall = () => forget(shelved());
  actions.undrop = () => {
    for (const [name, value] of undone) kept.set(name, value);
    undone = [];
    draw(false);
  };

  // What another window does to the conversation on this screen, it does to its own: this one goes on as another.
  window.addEventListener("storage", (event) => {
    if (current && event.key === SHELF + current) become("");
    if (shown.view === "history") draw(false);
  });

  // Before a question is asked: it may lean on answers that the server has forgotten.
  let sustained = 0;
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest?.("#is-question") || Date.now() - sustained < 10_000) return;
    sustained = Date.now();
    sustain().catch(() => {});
  });

  // The box comes a little after the page.
  function put(question, then = () => {}) {
    const waiting = setInterval(() => {
      if (!document.querySelector("#is-question .submit-button")) return;
      clearInterval(waiting);
      propose(question);
      then();
    }, 50);
  }
  const click = () => document.querySelector("#is-question .submit-button")?.click();
  const submit = (question) => put(question, () => requestAnimationFrame(click));

  // What is typed and not yet asked outlives the page: Gradio loads it anew when the server was started anew.
  const DRAFT = "isnad.draft";
  window.addEventListener("pagehide", () => {
    session.set(DRAFT, document.querySelector("#is-question textarea")?.value ?? "");
  });

  // ?q= asks at once, of the documents that the address names; else the conversation goes on that was here.
  async function arrive() {
    const address = new URLSearchParams(location.search);
    const question = address.get("q")?.trim();
    if (!question) {
      if (turnsOf(SHELF + current).length) take(current);
      else become("");
      const draft = session.get(DRAFT);
      return draft && put(draft);
    }
    become("");
    const [documents, languages, [since], [until]] = FILTERS.map((name) => address.getAll(name));
    const filters = [documents, languages, since ?? null, until ?? null];
    if (!filters.flat().filter(Boolean).length) return submit(question);
    if (await server.linked([filters, language()])) {
      return trigger("input", { kind: "ask", question, filters, language: language() });
    }
    window.addEventListener("isnad:chosen", () => submit(question), { once: true });
    trigger("select", { filters });
  }

  return { note, sustain, filtersOf, arrive };
})();
