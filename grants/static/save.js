// Saves each question as it is typed. What can't be saved is kept on this device, for this person alone, until it is.
// Without this file each page saves when one goes on; nothing here is needed for that.
(function () {
  "use strict";
  var PREFIX = "grants-kept:";
  var list = document.querySelector("[data-kept-of]");
  if (list) nameWhatIsKept(list);
  var root = document.querySelector("[data-saving]");
  if (!root) return;
  // After the last key; but whoever never pauses is saved too.
  var WAIT = 2000;
  var WITHOUT_PAUSE = 6000;
  var AFTER_REFUSAL = 10000;
  var LONGEST_WAIT = 60000;
  // A browser sends no more than this from a page that it is closing.
  var LAST_WORDS = 60000;
  var form = root.querySelector("form");
  var seen = form.elements.seen;
  var who = root.dataset.saving.split(":")[0];
  var key = PREFIX + root.dataset.saving;
  var groups = {};
  var marks = {};
  // By code: what the server has, as JSON of the boxes; what waits for a choice; what has no box on this page.
  var base = {};
  var disputed = {};
  var loose = {};
  var mine = {};
  var failures = 0;
  var timer, due, since, keeping, running, stop, leaving, stopped, hasAsked;

  // Files go their own way.
  root.querySelectorAll("[data-question]").forEach(function (group) {
    if (!group.querySelector("[type='file']")) groups[group.dataset.question] = group;
  });
  seen.defaultValue.split(/\s+/).filter(Boolean).forEach(function (pair) {
    marks[pair.split(":")[0]] = pair.split(":")[1] || "";
  });

  // The task list says which sections hold text that only this device has.
  function nameWhatIsKept(place) {
    var own = PREFIX + place.dataset.keptOf + ":";
    var links = Object.keys(localStorage).filter(function (name) { return name.indexOf(own) === 0; }).map(function (name) {
      return document.querySelector("a[href$='" + (place.dataset.keptAt || "/sections/") + name.slice(own.length) + "']");
    }).filter(Boolean);
    if (!links.length) return;
    var box = document.createElement("div");
    box.className = "govuk-inset-text";
    box.append("Some of what you typed is kept only on this device. Open it, and it is saved: ");
    links.forEach(function (link, number) {
      var copy = link.cloneNode(true);
      copy.removeAttribute("aria-describedby");
      copy.className = "govuk-link";
      box.append(number ? ", " : "", copy);
    });
    place.append(box);
  }

  // The boxes of a question

  function boxes(group) {
    return Array.from(group.querySelectorAll("input, textarea, select")).filter(function (box) {
      return box.name && box.type !== "file" && box.type !== "submit";
    });
  }

  function read(group, original) {
    var pairs = [];
    boxes(group).forEach(function (box) {
      if (box.type === "checkbox" || box.type === "radio") {
        if (original ? box.defaultChecked : box.checked) pairs.push([box.name, box.value]);
      } else if (box.tagName === "SELECT") {
        Array.from(box.options).forEach(function (option) {
          if (original ? option.defaultSelected : option.selected) pairs.push([box.name, option.value]);
        });
      } else {
        pairs.push([box.name, original ? drawn(box) : box.value]);
      }
    });
    return pairs;
  }

  // A box of one line drops line ends, so what it was given and what it holds may differ.
  function drawn(box) {
    return box.tagName === "TEXTAREA" ? box.defaultValue.replace(/\r\n?/g, "\n") : box.defaultValue.replace(/[\r\n]/g, "");
  }

  function fill(group, pairs) {
    var left = pairs.slice();
    function take(box, exactly) {
      var at = left.findIndex(function (pair) { return pair[0] === box.name && (!exactly || pair[1] === box.value); });
      return at < 0 ? null : left.splice(at, 1)[0];
    }
    boxes(group).forEach(function (box) {
      if (box.type === "checkbox" || box.type === "radio") {
        box.checked = take(box, true) !== null;
      } else {
        var pair = take(box, false);
        if (pair) box.value = pair[1];
      }
      box.dispatchEvent(new Event("input", { bubbles: false }));
    });
    return left.length === 0;
  }

  function pairsOf(code) { return loose[code] || (groups[code] ? read(groups[code]) : []); }
  function text(code) { return JSON.stringify(pairsOf(code)); }

  function unsaved() {
    var codes = Object.keys(groups).filter(function (code) { return text(code) !== base[code]; });
    return codes.concat(Object.keys(loose).filter(function (code) { return !groups[code]; }));
  }

  function ready() { return unsaved().filter(function (code) { return !disputed[code]; }); }

  // What this device keeps

  function stored() {
    try {
      return JSON.parse(localStorage.getItem(key)) || { fields: {} };
    } catch (error) {
      return { fields: {} };
    }
  }

  function keep() {
    clearTimeout(keeping);
    var all = stored();
    var codes = unsaved();
    codes.forEach(function (code) {
      all.fields[code] = { mark: disputed[code] ? disputed[code].mine : marks[code] || "", pairs: pairsOf(code) };
      mine[code] = true;
    });
    // Another tab may keep its own here: only what this one put in is taken out.
    Object.keys(mine).forEach(function (code) {
      if (codes.indexOf(code) < 0) {
        delete all.fields[code];
        delete mine[code];
      }
    });
    if (codes.length) all.at = Date.now();
    try {
      if (Object.keys(all.fields).length) localStorage.setItem(key, JSON.stringify(all));
      else localStorage.removeItem(key);
      return true;
    } catch (error) {
      return false;
    }
  }

  function bringBack() {
    var fields = stored().fields;
    var back = 0;
    Object.keys(fields).forEach(function (code) {
      var kept = fields[code];
      mine[code] = true;
      if (!groups[code]) {
        loose[code] = kept.pairs;
        marks[code] = kept.mark;
        return;
      }
      var shown = words(groups[code]);
      if (JSON.stringify(kept.pairs) === text(code)) return;
      back += 1;
      if (!fill(groups[code], kept.pairs)) loose[code] = kept.pairs;
      if (kept.mark !== (marks[code] || "")) {
        dispute({ code: code, theirs: shown, fingerprint: marks[code] || "" }, kept.mark);
      }
    });
    return back;
  }

  function words(group) {
    return boxes(group).map(function (box) {
      if (box.type !== "checkbox" && box.type !== "radio") return box.value;
      var label = box.checked && group.querySelector("label[for='" + box.id + "']");
      return label ? label.textContent : "";
    }).filter(Boolean).join("\n");
  }

  // What the person sees

  var bar = document.createElement("div");
  var said = document.createElement("span");
  var link = document.createElement("a");
  var spoken = document.createElement("div");
  bar.className = "app-saved";
  bar.hidden = true;
  link.className = "govuk-link";
  link.hidden = true;
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("role", "status");
  bar.append(said, link);
  root.append(bar, spoken);

  // Heard once for each turn for better or worse, and not at every save.
  function show(words, kind, href, label) {
    bar.hidden = false;
    said.textContent = words;
    bar.dataset.state = kind;
    bar.classList.toggle("app-saved--not", kind === "not");
    link.hidden = !href;
    if (href) link.href = href;
    link.textContent = href ? label || "Sign in" : "";
    if (kind !== "saving" && spoken.dataset.kind !== kind + words.slice(0, 12)) {
      spoken.dataset.kind = kind + words.slice(0, 12);
      spoken.textContent = words + (href && !label ? " Sign in." : "");
    }
  }

  function showNot(words, href, label) {
    show("Not saved: " + words + (keep() ? "" : " This browser keeps nothing, so copy your text."), "not", href, label);
  }

  function showDispute(words) {
    showNot(words + " Choose which text to keep.", "#conflict-" + Object.keys(disputed)[0], "Go to it");
  }

  // Saving

  function later(wait) {
    clearTimeout(timer);
    due = true;
    timer = setTimeout(save, wait);
  }

  function token() { return form.elements.csrf_token; }

  function bodyFor(codes) {
    var body = new URLSearchParams();
    if (token()) body.append("csrf_token", token().value);
    body.append("only", codes.join(" "));
    body.append("seen", codes.map(function (code) { return code + ":" + (marks[code] || ""); }).join(" "));
    codes.forEach(function (code) {
      pairsOf(code).forEach(function (pair) { body.append(pair[0], pair[1]); });
    });
    return body;
  }

  // One save at a time: a second one waits for the first and its marks.
  function save() {
    clearTimeout(timer);
    due = false;
    since = 0;
    if (running) {
      return running.then(function () { return ready().length && !failures ? save() : undefined; });
    }
    var codes = ready();
    if (!codes.length || stopped) return Promise.resolve();
    var sent = {};
    codes.forEach(function (code) { sent[code] = text(code); });
    if (!failures) show("Saving", "saving");
    running = ask(bodyFor(codes)).then(function (answer) { return heard(answer, sent); }, cutOff);
    running = running.then(function () { running = null; });
    return running;
  }

  function ask(body, options) {
    var limit = new AbortController();
    var waiting = setTimeout(function () { limit.abort(); }, 30000);
    stop = limit;
    return fetch(form.action, Object.assign({
      method: "POST", body: body, headers: { Accept: "application/json" }, signal: limit.signal
    }, options)).finally(function () { clearTimeout(waiting); });
  }

  function cutOff() {
    failures += 1;
    showNot("no connection, kept on this device.");
    later(Math.min(WAIT * Math.pow(2, failures - 1), LONGEST_WAIT));
  }

  function heard(answer, sent) {
    if (answer.ok) return answer.json().then(function (told) { took(told, sent); }, cutOff);
    return answer.json().catch(function () { return {}; }).then(function (told) {
      failures += 1;
      if (answer.status === 401) {
        showNot("you are signed out. Your text is kept on this device.", told.sign_in || "/sign-in");
      } else if (answer.status === 400 && !hasAsked) {
        hasAsked = true;
        return newToken();
      } else if (answer.status === 429 || answer.status >= 500) {
        showNot("the service is busy. Kept on this device, and tried again.");
        later(Math.min(1000 * (answer.headers.get("Retry-After") || 5) * failures, LONGEST_WAIT));
      } else {
        showNot((told.sentence || "the service did not take it.") + " Your text is kept on this device.");
      }
    });
  }

  function took(told, sent) {
    failures = 0;
    hasAsked = false;
    Object.keys(told.fingerprints).forEach(function (code) {
      marks[code] = told.fingerprints[code];
      base[code] = sent[code];
      if (loose[code] && JSON.stringify(loose[code]) === sent[code]) {
        delete loose[code];
        if (groups[code]) draw(code);
      }
    });
    seen.value = Object.keys(marks).map(function (code) { return code + ":" + marks[code]; }).join(" ");
    told.newer.forEach(draw);
    told.conflicts.forEach(function (each) { dispute(each, marks[each.code] || ""); });
    keep();
    document.dispatchEvent(new CustomEvent("server-time", { detail: told }));
    if (told.refused.length) {
      showNot(told.refused[0].sentence);
    } else if (Object.keys(disputed).length) {
      showDispute("somebody else, or another window, has changed the same answer.");
    } else {
      show("Saved " + told.saved, "saved");
    }
    if (ready().length && !told.refused.length) later(WAIT);
  }

  // The page as it is now: a new token after a new sign-in, and what others have written.
  function page() {
    return fetch(location.pathname, { headers: { Accept: "text/html" } }).then(function (answer) {
      return answer.text();
    }).then(function (html) {
      return new DOMParser().parseFromString(html, "text/html");
    });
  }

  function newToken() {
    return page().then(function (fresh) {
      var there = fresh.querySelector("[data-saving]");
      var fields = there && there.querySelector("[name='csrf_token']");
      if (!there) {
        showNot("you are signed out. Your text is kept on this device.", "/sign-in?next=" + encodeURIComponent(location.pathname));
      } else if (there.dataset.saving.split(":")[0] !== who) {
        stopped = true;
        showNot("somebody else has signed in here. Your text is kept on this device for you.");
      } else {
        if (fields && token()) token().value = fields.value;
        later(0);
      }
    }, cutOff);
  }

  function draw(code) {
    return page().then(function (fresh) {
      var there = fresh.querySelector("[data-question='" + code + "']");
      var mark = fresh.querySelector("[name='seen']");
      var group = groups[code];
      if (!there || !mark || !group || group.contains(document.activeElement)) return;
      var pairs = read(there, true);
      if (boxes(group).length !== boxes(there).length || !fill(group, pairs)) {
        group.replaceChildren.apply(group, Array.from(document.importNode(there, true).childNodes));
      }
      base[code] = text(code);
      mark.getAttribute("value").split(/\s+/).forEach(function (pair) {
        if (pair.split(":")[0] === code) marks[code] = pair.split(":")[1] || "";
      });
      keep();
    }).catch(cutOff);
  }

  // Two texts for one answer

  function dispute(each, before) {
    var code = each.code;
    var group = groups[code];
    if (!group) {
      delete loose[code];
      return;
    }
    if (disputed[code]) disputed[code].box.remove();
    var box = document.createElement("div");
    var heading = document.createElement("h2");
    var what = document.createElement("p");
    var theirs = document.createElement("div");
    var buttons = document.createElement("div");
    box.className = "app-conflict";
    box.setAttribute("role", "group");
    heading.id = "conflict-" + code;
    heading.tabIndex = -1;
    heading.className = "govuk-heading-s";
    heading.textContent = each.who ? each.who + " changed this answer: " + each.when : "This answer was changed since you typed here";
    box.setAttribute("aria-labelledby", heading.id);
    what.className = "govuk-body";
    what.textContent = "It now says the following. What you typed is in the box above, and is not saved yet. " +
      (root.dataset.theirsIsKept || "The text that you do not choose stays in “Earlier versions”.");
    theirs.className = "app-conflict__text";
    theirs.tabIndex = 0;
    theirs.setAttribute("role", "region");
    theirs.setAttribute("aria-label", "Their text");
    theirs.textContent = each.theirs || "(empty)";
    buttons.className = "govuk-button-group";
    box.append(heading, what, theirs, buttons);
    disputed[code] = { box: box, mine: before };

    function button(label, act) {
      var one = document.createElement("button");
      one.type = "button";
      one.className = "govuk-button govuk-button--secondary";
      one.textContent = label;
      one.addEventListener("click", function () {
        box.remove();
        delete disputed[code];
        act();
      });
      buttons.append(one);
    }
    function keepMine() {
      marks[code] = each.fingerprint;
      save();
    }
    button("Keep mine", keepMine);
    button("Use theirs", function () {
      delete loose[code];
      draw(code).then(function () { show("Their text is in the box", "saved"); });
    });
    var field = group.querySelector("textarea, input[type='text']");
    if (field && boxes(group).length === 1) {
      button("Put both together", function () {
        field.value = each.theirs + (field.tagName === "TEXTAREA" ? "\n\n" : " ") + field.value;
        field.focus();
        keepMine();
      });
    }
    group.append(box);
  }

  // When to save

  root.addEventListener("input", function () {
    clearTimeout(keeping);
    keeping = setTimeout(keep, 150);
    since = since || Date.now();
    if (failures) {
      if (!due) later(AFTER_REFUSAL);
    } else {
      later(Math.max(0, Math.min(WAIT, since + WITHOUT_PAUSE - Date.now())));
    }
  });
  root.addEventListener("change", function () { if (!failures) later(300); });
  window.addEventListener("online", function () {
    failures = 0;
    later(0);
  });
  window.addEventListener("focus", function () { if (failures && ready().length) later(0); });

  function lastWords() {
    if (leaving) return;
    keep();
    var codes = ready();
    if (stopped || !codes.length) return;
    var body = bodyFor(codes);
    // An older text that is still on its way must not come after this one.
    if (running) stop.abort();
    if (body.toString().length < LAST_WORDS) ask(body, { keepalive: true }).catch(function () {});
  }
  window.addEventListener("pagehide", lastWords);
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) save();
  });

  // Going on waits for a save that is under way, and stays here while there is no connection.
  function isSignedOut() { return !link.hidden && link.hash === ""; }

  function goOn(event, again) {
    if (leaving || stopped || (!running && !ready().length)) {
      if (!leaving) keep();
      leave();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    failures = 0;
    Promise.resolve(running).then(save).then(function () {
      if (failures && bar.dataset.state === "not" && !isSignedOut()) return;
      leave();
      again();
    });
  }
  function leave() {
    leaving = true;
    setTimeout(function () { leaving = false; }, 3000);
  }
  form.addEventListener("submit", function (event) {
    var button = event.submitter;
    goOn(event, function () { form.requestSubmit(button); });
  });
  document.querySelectorAll("form[action$='/sign-out']").forEach(function (out) {
    out.addEventListener("submit", function (event) { goOn(event, function () { out.requestSubmit(); }); }, true);
  });
  window.addEventListener("pageshow", function () { leaving = false; });

  Object.keys(groups).forEach(function (code) {
    base[code] = "unsaved" in root.dataset ? "" : JSON.stringify(read(groups[code], true));
  });
  var back = bringBack();
  if (Object.keys(disputed).length) {
    showDispute("an answer was changed since you typed here.");
  } else if (back) {
    show("What you typed on this device is back on the page", "saving");
  }
  keep();
  if (ready().length) later(back ? 0 : WAIT);
})();
