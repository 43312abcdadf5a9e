// Comforts only: every page works without this file. Counts words as they are typed, stops a double press,
// and moves the focus to the error summary.
(function () {
  "use strict";

  function countWords(text) {
    return (text.match(/\S+/g) || []).length;
  }

  document.querySelectorAll("[data-maxwords]").forEach(function (group) {
    var box = group.querySelector("textarea");
    var message = group.querySelector(".govuk-character-count__message");
    var limit = parseInt(group.dataset.maxwords, 10);
    var spoken = document.createElement("div");
    var waiting;
    if (!box || !message) return;
    // The message on the page changes at every key; a screen reader hears it only once typing pauses.
    spoken.className = "govuk-visually-hidden";
    spoken.setAttribute("aria-live", "polite");
    message.after(spoken);

    function show() {
      var left = limit - countWords(box.value);
      var words = Math.abs(left).toLocaleString("en-GB") + (Math.abs(left) === 1 ? " word " : " words ");
      var text = "You have " + words + (left < 0 ? "too many" : "left");
      if (message.textContent === text) return;
      message.textContent = text;
      message.classList.toggle("app-over-limit", left < 0);
      clearTimeout(waiting);
      waiting = setTimeout(function () { spoken.textContent = text; }, 1000);
    }
    box.addEventListener("input", show);
    if (box.value) show();
  });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    var button = event.submitter;
    if (!button || button.dataset.preventDoubleClick !== "true") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "true";
    setTimeout(function () { delete form.dataset.sent; }, 2000);
  });

  // Someone who comes back with the browser's button may send again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // What save.js keeps on this device goes when its owner signs out, and after a week.
  var KEPT = "grants-kept:";
  var WEEK = 7 * 24 * 3600 * 1000;
  function keptKeys() {
    try {
      return Object.keys(localStorage).filter(function (key) { return key.indexOf(KEPT) === 0; });
    } catch (error) {
      return [];
    }
  }
  keptKeys().forEach(function (key) {
    var at = 0;
    try { at = JSON.parse(localStorage.getItem(key)).at; } catch (error) { at = 0; }
    if (!(Date.now() - at < WEEK)) localStorage.removeItem(key);
  });
  document.querySelectorAll("form[action$='/sign-out']").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (event.defaultPrevented) return;
      var own = KEPT + document.body.dataset.person + ":";
      var kept = keptKeys().filter(function (key) { return key.indexOf(own) === 0; });
      if (kept.length && !confirm("Some of what you typed is not saved, and is kept only on this device. Sign out and lose it?")) {
        event.preventDefault();
        return;
      }
      kept.forEach(function (key) { localStorage.removeItem(key); });
    });
  });

  var summary = document.querySelector(".govuk-error-summary");
  if (summary) {
    summary.tabIndex = -1;
    summary.focus();
  }
})();
