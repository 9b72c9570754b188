"""What editors may put on the site: pictures and PDF, by what is in the file."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.documents.forms import get_document_form
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.models import Collection

pytestmark = pytest.mark.django_db

HTML = b"<html><script>alert(1)</script></html>"


def picture(width=8, height=8, kind="PNG"):
    file = io.BytesIO()
    Image.new("1" if kind == "PNG" else "RGB", (width, height)).save(file, kind)
    return file.getvalue()


def errors_of(form_class, name, content, **values):
    data = {"title": "見本", "collection": Collection.get_first_root_node().pk, **values}
    form = form_class(data, {"file": SimpleUploadedFile(name, content)})
    form.is_valid()
    return set(form.errors)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.pdf", b"%PDF-1.7 ...", set()),
        ("a.pdf", HTML, {"file"}),
        ("a.pdf", b" %PDF-1.7", {"file"}),
        ("a.html", b"%PDF-1.7", {"file"}),
        ("a.pdf.exe", b"%PDF-1.7", {"file"}),
        ("a.pdf", b"", {"file"}),
    ],
)
def test_document_is_a_pdf_by_name_and_content(name, content, expected):
    assert errors_of(get_document_form(get_document_model()), name, content) == expected


def test_document_beyond_the_limit_is_refused(settings):
    settings.WAGTAILDOCS_MAX_UPLOAD_SIZE = 8

    assert errors_of(get_document_form(get_document_model()), "a.pdf", b"%PDF-1.7 ...") == {"file"}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.png", picture(), set()),
        ("a.jpg", picture(kind="JPEG"), set()),
        ("a.png", HTML, {"file"}),
        ("a.png", picture(kind="JPEG"), {"file"}),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', {"file"}),
        ("a.png", b"<svg/>", {"file"}),
        ("a.php", picture(), {"file"}),
        ("bomb.png", picture(6_000, 6_000), {"file"}),
    ],
)
def test_picture_is_one_by_name_and_content_and_not_too_large(name, content, expected):
    assert errors_of(get_image_form(get_image_model()), name, content) == expected
