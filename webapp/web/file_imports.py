"""Pages of a CSV import in two steps: a preview, then its confirmation. Nothing is stored in between."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Generic, Protocol, TypeVar

from flask import Response, flash, g

from webapp.core.spreadsheet import FileLimits, FileRefused
from webapp.models import Dealer
from webapp.web import htmx
from webapp.web.file_forms import ConfirmationForm, UploadForm


class Plan(Protocol):
    """What an import changes; `digest` is one of all that its preview shows.

    `problems` are pairs of a line number and the reason: with any, nothing can be imported.
    """

    @property
    def digest(self) -> str: ...
    @property
    def problems(self) -> list[tuple[int, str]]: ...


P = TypeVar("P", bound=Plan)


@dataclass(frozen=True)
class FileImport(Generic[P]):
    """An import of a dealer's file.

    `template` is the folder of the page, which shows the upload form, or the plan if there is one.
    `plan_csv` raises FileRefused; `values` are further values that the template needs for a plan. `changed`
    says that the preview is out of date.
    """

    template: str
    limits: FileLimits
    plan_csv: Callable[[Dealer, BinaryIO], P]
    changed: str
    values: Callable[[P], dict[str, Any]] = lambda plan: {}

    def upload(self, status: int = 200, refused: FileRefused | None = None) -> Response:
        """Show an empty upload form, or why the file was refused."""
        return self._upload(UploadForm(formdata=None), status, refused)

    def preview(self) -> Response:
        """Show what the uploaded file would change."""
        form = UploadForm()
        if not form.validate():
            return self._upload(form, 422)
        content = form.content(self.limits)
        try:
            plan = self.plan_csv(g.dealer, io.BytesIO(content))
        except FileRefused as refused:
            return self._upload(form, 422, refused)
        return self._preview(content, plan, 422 if plan.problems else 200)

    def confirmed(self) -> P | Response:
        """Return the plan that the user confirmed; or a page, if it is refused or has changed since."""
        form = ConfirmationForm()
        try:
            plan = self.plan_csv(g.dealer, form.file())
        except FileRefused as refused:
            return self.upload(422, refused)
        if plan.problems or plan.digest != form.seen.data:
            flash(self.changed, "warning")
            return self._preview(form.file().read(), plan, 409)
        return plan

    def _upload(self, form: UploadForm, status: int, refused: FileRefused | None = None) -> Response:
        return htmx.answer(self.template, status, form=form, refused=refused, limits=self.limits)

    def _preview(self, content: bytes, plan: P, status: int) -> Response:
        # A file with problems may have lines that are no text.
        confirmation = None if plan.problems else ConfirmationForm.of(content, plan.digest)
        return htmx.answer(self.template, status, plan=plan, confirmation=confirmation, **self.values(plan))
