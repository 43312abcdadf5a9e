"""What an office says of itself, on one page for its administrators and managers."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.accounts import services
from grants.accounts.forms import OfficeForm
from grants.accounts.models import Office
from grants.accounts.views.blueprint import bp
from grants.accounts.views.people import KEEPERS, load_office
from grants.clock import utc_now
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.forms import open_form


@bp.route("/office/<office_code>/settings", methods=["GET", "POST"])
@allows(*KEEPERS, on=load_office)
def office_settings(office: Office) -> Any:
    stored = {name: getattr(office, name) for name in services.OFFICE_FIELDS}
    form = open_form(OfficeForm, data=stored | {"seen": services.fingerprint(office)})
    if form.validate_on_submit():
        services.update_office(
            db.session,
            office,
            {name: form[name].data or "" for name in services.OFFICE_FIELDS},
            seen=form.seen.data or "",
            actor=current_actor(),
            now=utc_now(),
        )
        flash("The office's details are saved.", "success")
        return redirect(url_for("accounts.people", office=office.code), 303)
    page = render_template("accounts/office.html", current_office=office, form=form)
    return page, 422 if form.errors else 200
