// Keeps a page as new as the meeting is: asks every two seconds whether anything changed, and mostly hears "no".
// Without this file each page says how to see what is new.
(function () {
  "use strict";
  var place = document.querySelector("[data-live]");
  if (!place) return;
  var WAIT = 2000;
  var WAIT_UNSEEN = 15000;
  var LONGEST_WAIT = 15000;
  var mark = place.dataset.mark;
  var failures = 0;
  var timer, running;
  var bar = document.createElement("p");
  var spoken = document.createElement("div");
  bar.className = "app-live__bar";
  bar.setAttribute("role", "alert");
  bar.hidden = true;
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("role", "status");
  place.before(bar);
  place.after(spoken);

  function later() {
    clearTimeout(timer);
    var wait = document.hidden ? WAIT_UNSEEN : WAIT;
    timer = setTimeout(ask, failures ? Math.min(WAIT * Math.pow(2, failures - 1), LONGEST_WAIT) : wait);
  }

  function ask() {
    if (running) return;
    running = true;
    var limit = new AbortController();
    var waiting = setTimeout(function () { limit.abort(); }, 10000);
    fetch(place.dataset.live, {
      headers: { Accept: "application/json", "If-None-Match": mark }, cache: "no-store", signal: limit.signal
    }).then(heard).catch(cutOff).then(function () {
      clearTimeout(waiting);
      running = false;
      later();
    });
  }

  function heard(answer) {
    if (answer.status === 304) return well();
    return answer.json().then(function (told) {
      if (answer.ok) {
        mark = answer.headers.get("ETag") || "";
        draw(told);
        well();
      } else if (answer.status === 401) {
        say("You are signed out, so this page does not change any more. ", told.sign_in || "/sign-in");
        failures += 1;
      } else if (answer.status === 404 || answer.status === 403) {
        // Whoever may see the meeting no longer keeps nothing of it on the screen.
        place.replaceChildren();
        say("You can't see this meeting any more.");
        failures += 1;
      } else {
        cutOff();
      }
    });
  }

  function well() {
    failures = 0;
    bar.hidden = true;
  }

  function cutOff() {
    failures += 1;
    // One that is lost is nothing to speak of.
    if (failures > 1) say("No connection: what you see may be old. It is tried again.");
  }

  function say(words, href) {
    if (!bar.hidden && bar.dataset.said === words) return;
    bar.dataset.said = words;
    bar.textContent = words;
    if (href) {
      var link = document.createElement("a");
      link.className = "govuk-link";
      link.href = href;
      link.textContent = "Sign in";
      bar.append(link);
    }
    bar.hidden = false;
  }

  function draw(told) {
    var fresh = new DOMParser().parseFromString(told.html, "text/html").body;
    var at = document.activeElement && place.contains(document.activeElement) ? document.activeElement.id : "";
    place.replaceChildren.apply(place, Array.from(document.importNode(fresh, true).childNodes));
    var again = at && document.getElementById(at);
    if (again) again.focus();
    spoken.textContent = told.say;
  }

  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) ask();
  });
  window.addEventListener("online", ask);
  later();
})();
