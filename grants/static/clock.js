// Counts on from the server's time, never from the device's: how long is left, said aloud at five moments only.
(function () {
  "use strict";
  var place = document.querySelector("[data-clock]");
  if (!place) return;
  var MINUTE = 60000;
  var MOMENTS = [60, 30, 10, 5, 1];
  var shownNow = place.querySelector("[data-clock-now]");
  var shownLeft = place.querySelector("[data-clock-left]");
  var spoken = document.createElement("div");
  var deadline, base, since, before;
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("role", "status");
  place.after(spoken);

  function set(times, at) {
    base = Date.parse(times.now);
    since = at;
    if (times.deadline) deadline = Date.parse(times.deadline);
  }

  function count(number, noun) {
    return number ? number + " " + noun + (number === 1 ? "" : "s") : "";
  }

  // The same words as the server's: the two largest units that matter.
  function words(left) {
    var minutes = Math.floor(left / MINUTE);
    var days = Math.floor(minutes / 1440);
    var hours = Math.floor(minutes / 60) % 24;
    if (minutes < 1) return "less than a minute";
    var two = days ? [count(days, "day"), days < 7 ? count(hours, "hour") : ""]
      : [count(hours, "hour"), count(minutes % 60, "minute")];
    return two.filter(Boolean).join(" and ");
  }

  function timeOfDay(instant) {
    var parts = {};
    new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "numeric", minute: "2-digit", hourCycle: "h23" })
      .formatToParts(instant).forEach(function (part) { parts[part.type] = part.value; });
    var hour = parseInt(parts.hour, 10);
    return (hour % 12 || 12) + ":" + parts.minute + (hour < 12 ? "am" : "pm");
  }

  function show() {
    var now = base + performance.now() - since;
    var left = deadline - now;
    if (left <= 0) {
      over();
      return;
    }
    shownNow.textContent = timeOfDay(now);
    shownLeft.textContent = words(left);
    MOMENTS.forEach(function (moment) {
      if (before > moment * MINUTE && left <= moment * MINUTE) spoken.textContent = count(moment, "minute") + " left.";
    });
    before = left;
  }

  function over() {
    clearInterval(ticking);
    ask().then(function () {
      if (deadline > base + performance.now() - since) {
        ticking = setInterval(show, 1000);
        return;
      }
      place.textContent = "The deadline has passed by our clock. What was not sent before is not in, and nothing more can be saved.";
      place.classList.add("app-clock--last");
      spoken.textContent = place.textContent;
    });
  }

  // After a sleep the counting may have stood still, and the office may have given more time.
  function ask() {
    return fetch(place.dataset.clock, { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (times) { if (times) set(times, performance.now()); })
      .catch(function () {});
  }

  var arrived = performance.getEntriesByType("navigation")[0];
  set(place.dataset, arrived ? arrived.responseStart : 0);
  before = deadline - base;
  var ticking = setInterval(show, 1000);
  show();
  document.addEventListener("server-time", function (event) { set(event.detail, performance.now()); });
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) ask().then(show);
  });
})();
