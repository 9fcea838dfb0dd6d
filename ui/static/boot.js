// Runs before Gradio: sets the interface's language and keeps the page's direction in step with it.
(() => {
  const languages = ["ar", "en", "fr"];
  const key = "isnad.language";
  // Storage can be closed to a page inside a frame: then a stand-in, for Gradio, too, lasts as long as the page.
  const standIn = () => {
    const own = new Map();
    return {
      getItem: (name) => own.get(name) ?? null,
      setItem: (name, value) => void own.set(name, String(value)),
      removeItem: (name) => void own.delete(name),
      names: () => [...own.keys()],
    };
  };
  const shelf = (kind) => {
    let lasting = true;
    try {
      window[kind].setItem("isnad.try", "");
      window[kind].removeItem("isnad.try");
    } catch {
      lasting = Boolean(full(kind));
      if (!lasting) Object.defineProperty(window, kind, { value: standIn(), configurable: true });
    }
    const store = window[kind];
    return {
      lasting,
      names: () => store.names?.() ?? Object.keys(store),
      get: (name) => store.getItem(name),
      remove: (name) => store.removeItem(name),
      set: (name, value) => {
        try {
          store.setItem(name, value);
          return true;
        } catch {
          return false; // full
        }
      },
      read: (name, otherwise) => {
        try {
          return JSON.parse(store.getItem(name)) ?? otherwise;
        } catch {
          return otherwise; // damaged
        }
      },
    };
  };
  const full = (kind) => {
    try {
      return window[kind].length; // it can be read, and holds so much that nothing more can be written
    } catch {
      return 0;
    }
  };
  const kept = shelf("localStorage");
  const wanted = [new URLSearchParams(location.search).get("lang"), kept.get(key)];
  let language = wanted.find((each) => languages.includes(each)) || "ar";
  // Gradio takes its language from the browser, and has no other door before its first paint.
  Object.defineProperty(navigator, "language", { get: () => language, configurable: true });
  Object.defineProperty(navigator, "languages", { get: () => [language], configurable: true });

  const root = document.documentElement;
  const follow = () => {
    root.dir = root.lang.startsWith("ar") ? "rtl" : "ltr";
  };
  root.lang = language;
  follow();
  new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ["lang"] });

  const change = async (next) => {
    if (!languages.includes(next) || next === language) return;
    language = next;
    kept.set(key, next);
    const address = new URL(location.href);
    if (address.searchParams.has("lang")) {
      address.searchParams.set("lang", next);
      history.replaceState(history.state, "", address);
    }
    const core = performance
      .getEntriesByType("resource")
      .map((entry) => entry.name)
      .find((name) => /\/assets\/core-[\w-]+\.js$/.test(name));
    try {
      (await import(core)).changeLocale(next);
    } catch {
      location.reload(); // Gradio keeps its words behind that door only; a new page finds the new language
      return;
    }
    window.dispatchEvent(new CustomEvent("isnad:language"));
  };
  window.isnad = { language: () => language, change, kept, session: shelf("sessionStorage") };
})();
