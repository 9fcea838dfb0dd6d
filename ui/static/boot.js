// Runs before Gradio: sets the interface's language and keeps the page's direction in step with it.
(() => {
  const languages = ["ar", "en", "fr"];
  const key = "isnad.language";
  // Storage can be closed to a page inside a frame, or be full: then what is kept lasts as long as the page.
  const shelf = (kind) => {
    const own = new Map();
    let real = null;
    try {
      real = window[kind];
      real.setItem("isnad.try", "");
      real.removeItem("isnad.try");
    } catch {
      real = null;
    }
    const store = real ?? { getItem: (name) => own.get(name) ?? null, removeItem: (name) => own.delete(name) };
    return {
      lasting: real !== null,
      names: () => (real ? Object.keys(real) : [...own.keys()]),
      get: (name) => store.getItem(name),
      remove: (name) => store.removeItem(name),
      set: (name, value) => {
        if (!real) return own.set(name, value) && true;
        try {
          real.setItem(name, value);
          return true;
        } catch {
          return false;
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
