"""Documents that editors publish: PDF only, and by what is in the file, not by its name."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.documents.forms import BaseDocumentForm

PDF_BEGINS = b"%PDF-"


class PublicDocumentForm(BaseDocumentForm):
    """Wagtail's form, which looks at the name only."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            file.seek(0)
            begins = file.read(len(PDF_BEGINS))
            file.seek(0)
            if begins != PDF_BEGINS:
                raise ValidationError(
                    _("PDFのファイルではないようです。PDFにしてから、もう一度選んでください。")
                )
        return file
