// Gradio's picture of loading asks for frames as long as the page is open, also where nobody sees it: a tenth of a
// processor. So while nothing happens here, frames come once a second. Runs before Gradio.
(() => {
  const RESTS_AFTER = 500; // milliseconds without a touch or a change
  const BETWEEN = 1000;
  const frame = window.requestAnimationFrame.bind(window);
  const cancel = window.cancelAnimationFrame.bind(window);
  const waiting = new Map(); // what the next frame is to call, by numbers below zero: the browser's are above
  let last = performance.now(); // when something happened
  let number = 0;
  let timer = 0;

  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    for (const [each, callback] of waiting) {
      waiting.delete(each);
      frame(callback);
    }
  };
  const wake = () => {
    last = performance.now();
    if (waiting.size) flush();
  };

  window.requestAnimationFrame = (callback) => {
    if (performance.now() - last < RESTS_AFTER) return frame(callback);
    timer ||= setTimeout(flush, BETWEEN);
    waiting.set(--number, callback);
    return number;
  };
  window.cancelAnimationFrame = (each) => {
    if (!waiting.delete(each)) cancel(each);
  };

  new MutationObserver(wake).observe(document, {
    attributes: true,
    characterData: true,
    childList: true,
    subtree: true,
  });
  const kinds = ["pointerdown", "pointermove", "keydown", "input", "focusin", "wheel", "scroll", "resize", "load"];
  for (const kind of kinds) window.addEventListener(kind, wake, { capture: true, passive: true });
})();
