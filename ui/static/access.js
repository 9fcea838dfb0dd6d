// Names for what Gradio leaves unnamed to screen readers, or names in English. Runs after boot.js.
(() => {
  const every = __WORDS__; // by language, from ui/page.py
  const name = (selector, label, role) => {
    for (const each of document.querySelectorAll(selector)) {
      if (each.ariaLabel !== label) each.ariaLabel = label;
      if (role && each.role !== role) each.role = role;
    }
  };
  const mend = () => {
    const words = every[window.isnad.language()];
    name("#is-question .submit-button", words.does_enter);
    name("#is-question .stop-button", words.stop);
    name("#is-messages textarea", words.placeholder);
    name("#is-messages [role='log']", words.conversation);
    // Gradio names each bubble by its source: a wall of markup before the answer.
    name("#is-messages [data-testid='user']", words.asked_label, "group");
    name("#is-messages [data-testid='bot']", words.answer_label, "group");
    // Buttons are no children of a list, and are named by their own words.
    document.querySelector("#is-messages .examples[role='list']")?.removeAttribute("role");
    for (const each of document.querySelectorAll(".example[aria-label]")) each.removeAttribute("aria-label");
  };
  new MutationObserver(mend).observe(document, { childList: true, subtree: true });
  window.addEventListener("isnad:language", mend);
})();
