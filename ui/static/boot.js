// Runs before Gradio: sets the interface's language and keeps the page's direction in step with it.
(() => {
  const languages = ["ar", "en", "fr"];
  const key = "isnad.language";
  const stored = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage can be closed to a page inside a frame
    }
  };
  const wanted = [new URLSearchParams(location.search).get("lang"), stored()];
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
    try {
      localStorage.setItem(key, next);
    } catch {
      /* then the choice lasts as long as the page */
    }
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
  window.isnad = { language: () => language, change };
})();
