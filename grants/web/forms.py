"""The form base: shape and type of input only; what was typed is kept whatever happens to it."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import request
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.widgets import HiddenInput

from grants.web import labels, stash
from workflows.errors import Invalid

F = TypeVar("F", bound="Form")


class Form(FlaskForm):
    """Every form carries the version of the thing that the person saw when the page was drawn."""

    seen_version = IntegerField(widget=HiddenInput())

    def refuse(self, error: Invalid) -> None:
        """Put a service's problems, `{field: code or sentence}`, beside their fields; unknown fields go to the top."""
        for name, sentence in error.detail.get("problems", {}).items():
            field = self._fields.get(name)
            errors = self.form_errors if field is None else field.errors
            if isinstance(errors, tuple):
                errors = field.errors = list(errors)
            errors.append(labels.SENTENCES.get(sentence, sentence))


def open_form(form_class: type[F], **options: Any) -> F:
    """A form filled from the request, or from the text that a session's end interrupted, or from `obj`/`data`."""
    form = form_class(**options)
    kept = stash.take() if request.method == "GET" else None
    # A page may hold several forms: the text is put back into the one that it was typed in.
    if kept is not None and any(_belongs(name, form) for name in kept):
        return form_class(formdata=kept, **options)
    return form


def _belongs(name: str, form: Form) -> bool:
    return any(name == field.name or name.startswith(f"{field.name}-") for field in form)
