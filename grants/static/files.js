// Files in pieces: what a broken line has sent already is not sent again, and the person sees how far it is.
// Without this file the page's own button sends the chosen file with the rest of the page.
(function () {
  "use strict";

  var PAUSES = [1, 2, 4, 8, 15, 30, 30, 30];
  var SIGNED_OUT = "You are signed out. Open this page again, sign in, and choose the file again: it goes on where it stopped.";

  function wait(seconds) {
    return new Promise(function (done) {
      var timer = setTimeout(go, seconds * 1000);
      // The line is back: no need to wait longer.
      window.addEventListener("online", go);
      function go() {
        clearTimeout(timer);
        window.removeEventListener("online", go);
        done();
      }
    });
  }

  // Never a form: what a form holds when a session has ended is kept as words that somebody typed.
  function type(body) {
    return typeof body === "string" ? "application/json" : "application/octet-stream";
  }

  function Refused(sentence) { this.sentence = sentence; }

  // What the server says as JSON. A line that broke, or a server that is starting again, is tried for two minutes.
  async function ask(upload, method, path, body, onPause) {
    for (var attempt = 0; ; attempt += 1) {
      var response = null;
      try {
        response = await fetch(path, {
          method: method, body: body, redirect: "manual", credentials: "same-origin",
          headers: { "X-CSRFToken": upload.token, "Accept": "application/json", "Content-Type": type(body) }
        });
      } catch (error) { /* no line: tried again below */ }
      if (response && (response.type === "opaqueredirect" || response.status === 400 || response.status === 401)) throw new Refused(SIGNED_OUT);
      if (response && response.status < 500) {
        var isJson = (response.headers.get("Content-Type") || "").indexOf("application/json") === 0;
        var said = isJson ? await response.json().catch(function () { return null; }) : null;
        if (said) return { status: response.status, said: said };
        if (response.status !== 200) throw new Refused("This could not be uploaded. Save your answers, open the page again, and try once more.");
      }
      if (attempt >= PAUSES.length) throw new Refused("");
      onPause();
      await wait(PAUSES[attempt]);
    }
  }

  async function send(upload, file, show) {
    function onPause() { show("Connection lost. Trying again. What was sent is kept.", null); }
    var about = { code: upload.code, name: file.name, size: file.size, mark: String(file.lastModified) };
    var begun = await ask(upload, "POST", upload.path, JSON.stringify(about), onPause);
    if (begun.said.error) throw new Refused(begun.said.error);
    var at = begun.said.received;
    var path = upload.path + "/" + begun.said.key;
    while (at < file.size) {
      show("Uploading " + file.name, at / file.size);
      var piece = file.slice(at, at + begun.said.piece);
      var got = await ask(upload, "PUT", path + "/" + at, piece, onPause);
      // A piece that came although its answer was lost, or that another tab sent: go on from where the server is.
      if (got.said.received === undefined) throw new Refused(got.said.error || "");
      at = got.said.received;
    }
    show("Checking " + file.name, 1);
    var done = await ask(upload, "POST", path + "/finish", null, onPause);
    if (done.said.error) throw new Refused(done.said.error);
    return done.said.html;
  }

  document.querySelectorAll(".app-files[data-uploads]").forEach(function (group) {
    var input = group.querySelector("input[type=file]");
    var list = group.querySelector("[data-list]");
    var button = group.querySelector("button[value^='upload:']");
    var upload = {
      path: group.dataset.uploads, code: group.dataset.code,
      token: input.form.querySelector("input[name=csrf_token]").value
    };
    var queue = [];
    var isBusy = false;

    var status = document.createElement("div");
    var words = document.createElement("p");
    var bar = document.createElement("progress");
    words.setAttribute("role", "status");
    words.className = "govuk-body app-files__words";
    bar.className = "app-files__bar";
    bar.setAttribute("aria-label", "Upload");
    bar.hidden = true;
    status.append(words, bar);
    group.querySelector("fieldset").append(status);
    // A file is sent as soon as it is chosen.
    button.hidden = true;

    function show(text, share) {
      if (words.textContent !== text) words.textContent = text;
      bar.hidden = share === null;
      if (share !== null) bar.value = share;
    }

    function complain(file, sentence) {
      var error = document.createElement("p");
      error.className = "govuk-error-message";
      error.setAttribute("role", "alert");
      error.textContent = file.name + ": " + (sentence || "The connection is lost. What was sent is kept.");
      if (!sentence) {
        var again = document.createElement("button");
        again.type = "button";
        again.className = "govuk-button govuk-button--secondary";
        again.textContent = "Try again";
        again.addEventListener("click", function () { error.remove(); again.remove(); add([file]); });
        status.prepend(error, again);
      } else {
        status.prepend(error);
      }
      group.classList.add("govuk-form-group--error");
    }

    async function work() {
      if (isBusy) return;
      isBusy = true;
      while (queue.length) {
        var file = queue.shift();
        try {
          list.innerHTML = await send(upload, file, show);
          show("Uploaded: " + file.name, null);
        } catch (error) {
          show("", null);
          complain(file, error instanceof Refused ? error.sentence : "This could not be read on your device.");
        }
      }
      isBusy = false;
    }

    function add(files) {
      files.forEach(function (file) {
        if (file.size === 0) complain(file, "This file is empty. Choose another one.");
        else if (file.size > Number(group.dataset.largest)) {
          complain(file, "This file is too large. The most is " + group.dataset.largestWords + ". Save it smaller, or as several files.");
        } else queue.push(file);
      });
      work();
    }

    // A tick is kept when it is made, as words are. The list comes anew with each file, so its parent listens.
    list.addEventListener("change", async function (event) {
      var about = { code: upload.code, later: event.target.checked };
      try {
        var kept = await ask(upload, "POST", upload.path + "/later", JSON.stringify(about), function () {
          show("Connection lost. Trying again.", null);
        });
        show(kept.said.error || "Saved", null);
      } catch (error) {
        show((error instanceof Refused && error.sentence) || "Not saved. Press Save and continue.", null);
      }
    });

    input.addEventListener("change", function () {
      var chosen = Array.from(input.files);
      // The page's own form must not send it once more.
      input.value = "";
      status.querySelectorAll(".govuk-error-message, button").forEach(function (old) { old.remove(); });
      group.querySelectorAll("fieldset > .govuk-error-message").forEach(function (old) { old.hidden = true; });
      group.classList.remove("govuk-form-group--error");
      add(chosen);
    });
  });
})();
