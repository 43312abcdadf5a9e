// Comforts of a form's page, which works without this file: questions that wait for an answer come and go, rows are
// added and removed on the page, and sums are shown as they are typed. The server works all of it out again.
(function () {
  "use strict";

  // Pounds as people type them, in whole pence; null when they can't be read. Never a fraction of a penny.
  function pence(text) {
    var plain = text.replace(/[£,\s]/g, "");
    var parts = /^(\d{0,10})(?:\.(\d{1,2}))?$/.exec(plain);
    if (!parts || !(parts[1] || parts[2])) return null;
    return Number(parts[1] || 0) * 100 + Number(((parts[2] || "") + "00").slice(0, 2));
  }

  function whole(text) {
    var plain = text.replace(/[,\s]/g, "");
    return /^\d{1,12}$/.test(plain) ? Number(plain) : null;
  }

  function shown(figure, kind) {
    if (kind !== "money") return figure.toLocaleString("en-GB");
    var rest = figure % 100;
    return "£" + ((figure - rest) / 100).toLocaleString("en-GB") + (rest ? "." + (rest < 10 ? "0" : "") + rest : "");
  }

  function reader(kind) {
    return kind === "money" ? pence : whole;
  }

  function addUp(table) {
    table.querySelectorAll("[data-sum]").forEach(function (line) {
      var read = reader(line.dataset.kind);
      var total = 0;
      table.querySelectorAll("[data-column='" + line.dataset.sum + "']").forEach(function (box) {
        total += read(box.value) || 0;
      });
      var plus = line.dataset.plus && document.querySelector("input[name='" + line.dataset.plus + "']");
      total += plus ? read(plus.value) || 0 : Number(line.dataset.extra) || 0;
      var aim = line.dataset.equals && document.querySelector("input[name='" + line.dataset.equals + "']");
      var target = aim ? read(aim.value) : line.dataset.target ? Number(line.dataset.target) : null;
      line.querySelector("[data-total]").textContent = shown(total, line.dataset.kind);
      if (target !== null) line.querySelector("[data-of]").textContent = shown(target, line.dataset.kind);
      line.classList.toggle("app-sum--right", target !== null && target === total);
    });
  }

  // Rows have their number in the names and ids of what is in them; "CODE-3-cost" becomes "CODE-4-cost".
  function renumber(row, name, number) {
    var mark = new RegExp("^" + name.replace(/\W/g, "\\$&") + "-\\d+-");
    ["id", "name", "for", "aria-describedby", "aria-labelledby"].forEach(function (attribute) {
      [row].concat(Array.from(row.querySelectorAll("[" + attribute + "]"))).forEach(function (each) {
        var value = each.getAttribute(attribute);
        if (value) {
          each.setAttribute(attribute, value.split(" ").map(function (part) {
            return part.replace(mark, name + "-" + number + "-");
          }).join(" "));
        }
      });
    });
    row.querySelector(".app-row__title").firstChild.textContent = "Row " + (number + 1);
    var off = row.querySelector(".app-row__off");
    off.value = "remove-line:" + name + ":" + number;
    off.firstChild.textContent = "Remove row " + (number + 1);
  }

  function empty(row) {
    row.querySelectorAll("input, textarea, select").forEach(function (box) { box.value = ""; });
    row.querySelectorAll(".govuk-error-message").forEach(function (each) { each.remove(); });
    row.querySelectorAll("[class*='--error']").forEach(function (each) {
      each.classList.remove("govuk-input--error", "govuk-select--error", "govuk-textarea--error");
      each.removeAttribute("aria-invalid");
    });
    row.querySelectorAll("option[selected]").forEach(function (each) { each.removeAttribute("selected"); });
  }

  function changed(table) {
    table.dispatchEvent(new Event("input", { bubbles: true }));
    addUp(table);
  }

  document.querySelectorAll("[data-table]").forEach(function (table) {
    var name = table.dataset.table;
    function rows() { return Array.from(table.querySelectorAll(".app-row")); }

    table.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      var verb = button && button.value.split(":")[0];
      var all = rows();
      if (verb === "add-line") {
        event.preventDefault();
        if (all.length >= Number(table.dataset.most)) return;
        var row = all[all.length - 1].cloneNode(true);
        empty(row);
        renumber(row, name, all.length);
        all[all.length - 1].after(row);
        row.querySelector("input, select, textarea").focus();
      } else if (verb === "remove-line") {
        event.preventDefault();
        var gone = button.closest(".app-row");
        var place = all.indexOf(gone);
        if (all.length === 1) empty(gone);
        else gone.remove();
        rows().forEach(function (each, number) { renumber(each, name, number); });
        var next = rows()[Math.max(0, place - 1)];
        next.querySelector("input, select, textarea").focus();
        changed(table);
      }
    });
  });

  function addUpAll() { document.querySelectorAll("[data-table]").forEach(addUp); }

  // A question that waits for an answer on this page comes when it is given and goes when it is taken back; what was
  // written in it stays there. One that waits for a question which is itself away is away, too.
  var waiting = Array.from(document.querySelectorAll("[data-when]"));

  function given(name) {
    return Array.from(document.querySelectorAll("[name='" + name + "']")).filter(function (box) {
      return (box.checked || !/^(radio|checkbox)$/.test(box.type)) && !box.closest("[data-when][hidden]");
    }).map(function (box) { return box.value; });
  }

  function ask() {
    waiting.forEach(function (block) {
      var name = block.dataset.when;
      if (!document.querySelector("[name='" + name + "']")) return;
      block.querySelector(".app-when__words").hidden = true;
      var wanted = block.dataset.is.split("|");
      block.hidden = !given(name).some(function (value) { return wanted.indexOf(value) >= 0; });
    });
  }

  document.addEventListener("change", ask);
  document.addEventListener("input", addUpAll);
  ask();
  addUpAll();
})();
