// Keys for marking: numbers give the score of the criterion that one is in. Nothing here works while one writes, all of
// it can be turned off (WCAG 2.1.4), and the page does all the same without it. Saving is save.js's.
(function () {
  "use strict";
  var OFF = "grants-marking-keys-off";
  var place = document.querySelector("[data-shortcuts]");
  var box = document.getElementById("use-keys");
  var criteria = Array.from(document.querySelectorAll(".app-criterion"));
  var from;
  if (!place || !criteria.length) return;
  place.hidden = false;

  function isOff() {
    try { return localStorage.getItem(OFF) !== null; } catch (error) { return !box.checked; }
  }
  box.checked = !isOff();
  box.addEventListener("change", function () {
    try {
      if (box.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    } catch (error) { /* It holds for this page, then. */ }
  });

  function radios(criterion) { return Array.from(criterion.querySelectorAll("input[type='radio']")); }
  function words(criterion) { return criterion.querySelector("textarea"); }

  // To the score that is given, or the first one; a click or an arrow key goes on from there.
  function goTo(criterion) {
    var all = radios(criterion);
    (all.find(function (each) { return each.checked; }) || all[0]).focus({ preventScroll: true });
    criterion.scrollIntoView({ block: "nearest" });
  }

  function give(criterion, value) {
    var radio = radios(criterion).find(function (each) { return each.value === value; });
    if (!radio) return false;
    radio.focus();
    if (!radio.checked) radio.click();
    return true;
  }

  function toAnswer(criterion) {
    var link = criterion.querySelector(".app-marking__reads a");
    var answer = link ? document.getElementById(link.hash.slice(1)) : document.getElementById("bid");
    from = criterion;
    answer.focus();
  }

  document.addEventListener("keydown", function (event) {
    var target = event.target;
    var inside = target.closest(".app-criterion");
    if (isOff() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && target.tagName === "TEXTAREA" && inside) {
      goTo(inside);
      event.preventDefault();
      return;
    }
    if (target.closest("textarea, select, input:not([type='radio'])") || target.isContentEditable) return;
    if (!inside && event.key === "b" && from && target.closest("#bid")) {
      goTo(from);
      event.preventDefault();
      return;
    }
    if (!inside || target.closest("[role='region'], summary")) return;
    var at = criteria.indexOf(inside);
    var done = true;
    if (/^[0-9]$/.test(event.key)) done = give(inside, event.key);
    else if (event.key === "-") done = give(inside, "");
    else if (event.key === "j") goTo(criteria[Math.min(at + 1, criteria.length - 1)]);
    else if (event.key === "k") goTo(criteria[Math.max(at - 1, 0)]);
    else if (event.key === "r") words(inside).focus();
    else if (event.key === "b") toAnswer(inside);
    else done = false;
    if (done) event.preventDefault();
  });

  // What each criterion still needs, as one types; the lock asks the server.
  function count(text) { return (text.match(/\S+/g) || []).length; }

  function tell(criterion) {
    var given = radios(criterion).find(function (each) { return each.checked; });
    var score = given ? given.value : "";
    var written = count(words(criterion).value);
    var least = criterion.dataset.extremes.split(" ").indexOf(score) < 0 ? 1 : Number(criterion.dataset.least);
    var said = written + (written === 1 ? " word." : " words.");
    if (!score) said += " No score yet.";
    else if (written < least) said += least === 1 ? " Give your reasons." : " A " + score + " needs at least " + least + ".";
    criterion.querySelector("[data-needs]").textContent = said;
    return Boolean(score) && written >= least;
  }

  var left = document.querySelector("[data-left]");
  function tellAll() {
    var done = criteria.map(tell).filter(Boolean).length;
    if (!left) return;
    var line = document.createElement("p");
    line.className = "govuk-body";
    line.textContent = done === criteria.length ? "Every criterion has its score and reasons: you can check and lock." :
      done + " of " + criteria.length + " criteria have their score and reasons.";
    left.replaceChildren(line);
  }
  document.addEventListener("input", tellAll);
  document.addEventListener("change", tellAll);
  tellAll();
})();
