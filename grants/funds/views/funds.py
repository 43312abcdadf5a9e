"""Funds and their money: a list, the page of one with what rounds took of it, and the pages that change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.clock import utc_now
from grants.extensions import db
from grants.funds import queries, services
from grants.funds.forms import NEW_MONEY, SOURCES, FundForm, MoneyForm, power_data
from grants.funds.forms.tables import choices
from grants.funds.models import Fund
from grants.funds.views.blueprint import bp
from grants.funds.views.staff import READERS
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.filters import pounds
from grants.web.forms import Form, open_form
from workflows.actors import Actor, Role, Scope
from workflows.errors import Invalid


@dataclass(frozen=True, slots=True)
class FundDesk:
    """A fund before somebody of its office."""

    fund: Fund

    @property
    def scope(self) -> Scope:
        return Scope(office_id=self.fund.office_id)


def load_fund(session: Session, actor: Actor, fund_id: int) -> FundDesk:
    return FundDesk(queries.get_fund(session, actor, fund_id))


@bp.get("/office/funds")
@allows(*READERS)
def list_funds() -> Any:
    actor = current_actor()
    funds = queries.list_funds(db.session(), actor)
    sums = queries.sums_of(db.session(), funds)
    return render_template("funds/funds.html", sums=sums, may_make=Role.MANAGER in actor.all_roles)


@bp.get("/office/funds/<int:fund_id>")
@allows(*READERS, on=load_fund)
def fund_page(desk: FundDesk) -> Any:
    """What the fund is for, by which power, where its money comes from, and what its rounds have taken."""
    session = db.session()
    return render_template(
        "funds/fund.html",
        fund=desk.fund,
        money=queries.list_money(session, desk.fund),
        kinds=SOURCES,
        sums=queries.sums_of(session, [desk.fund])[0],
        rounds=queries.list_rounds_of(session, desk.fund),
        may_change=Role.MANAGER in current_actor().roles_in(desk.scope),
        labels=labels,
    )


@bp.route("/office/funds/new", methods=["GET", "POST"])
@allows(Role.MANAGER)
def new_fund() -> Any:
    actor = current_actor()
    numbers = [number for number, role in sorted(actor.office_roles) if role is Role.MANAGER]
    offices = [db.session.get_one(Office, number) for number in numbers]
    form = open_form(FundForm)
    form.office.choices = choices((office.id, office.name) for office in offices)
    form.office.data = form.office.data or str(offices[0].id)
    if form.validate_on_submit():
        try:
            office = next((each for each in offices if str(each.id) == form.office.data), None)
            if office is None or not form.code.data:
                raise Invalid(problems={"code": "Enter a code."} if office else {"office": "Choose one of these."})
            made = services.create_fund(
                db.session(),
                office,
                form.code.data,
                form.title.data or "",
                purpose=form.purpose.data or "",
                legal_power=form.legal_power(),
                actor=actor,
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(_beside(error))
        else:
            flash("The fund is made. Say next which money is set aside for it.", "success")
            return redirect(url_for("funds.fund_money", fund_id=made.id), 303)
    return _page("funds/fund_edit.html", form, fund=None)


@bp.route("/office/funds/<int:fund_id>/edit", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_fund)
def edit_fund(desk: FundDesk) -> Any:
    fund = desk.fund
    form = open_form(FundForm, data={"title": fund.title, "purpose": fund.purpose, **power_data(fund.legal_power)})
    if form.seen_version.data is None:
        form.seen_version.data = queries.version_of(db.session(), fund)
    if form.validate_on_submit():
        try:
            services.edit_fund(
                db.session(),
                fund,
                form.title.data or "",
                form.purpose.data or "",
                form.legal_power(),
                seen_version=form.seen_version.data,
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(_beside(error))
        else:
            flash("The fund is saved.", "success")
            return redirect(url_for("funds.fund_page", fund_id=fund.id), 303)
    return _page("funds/fund_edit.html", form, fund=fund)


@bp.route("/office/funds/<int:fund_id>/money", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_fund)
def fund_money(desk: FundDesk) -> Any:
    """Money set aside for the fund: new money of the office, or more of money that it has already."""
    fund, sources = desk.fund, queries.sources_with_money(db.session(), desk.fund.office_id)
    form = open_form(MoneyForm)
    known = [(source.id, f"{source.name}: {pounds(left)} left") for source, left in sources]
    form.source.choices = choices([(NEW_MONEY, "New money"), *known])
    if form.validate_on_submit():
        try:
            _set_aside(fund, form, {str(source.id): source for source, _ in sources})
        except Invalid as error:
            db.session.rollback()
            form.refuse(error)
        else:
            flash("The money is set aside for the fund.", "success")
            return redirect(url_for("funds.fund_page", fund_id=fund.id), 303)
    return _page("funds/money.html", form, fund=fund)


def _set_aside(fund: Fund, form: MoneyForm, sources: dict[str, Any]) -> None:
    actor, now, amount = current_actor(), utc_now(), form.amount.data or 0
    chosen = str(form.source.data)
    if chosen != NEW_MONEY and chosen not in sources:
        raise Invalid(problems={"source": "Choose one of these."})
    if chosen != NEW_MONEY:
        services.add_money(db.session(), fund, sources[chosen], amount, actor=actor, now=now)
        return
    services.give_money(
        db.session(),
        fund,
        form.name.data or "",
        amount,
        kind=str(form.kind.data),
        restriction=form.restriction.data or "",
        spend_by_on=form.spend_by_on.data,
        actor=actor,
        now=now,
    )


def _beside(error: Invalid) -> Invalid:
    problems = error.detail.get("problems", {})
    return Invalid(problems={"other_power" if name == "legal_power" else name: code for name, code in problems.items()})


def _page(template: str, form: Form, **more: Any) -> Any:
    page = render_template(template, form=form, **more)
    return (page, 422) if form.is_submitted() else page
