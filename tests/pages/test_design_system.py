import re
from pathlib import Path

import pytest
from django import forms
from django.forms import formset_factory
from django.template import Context, Template
from django.utils import translation

from tests.pages.styleguide import SampleForm

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "marugoto_site" / "static" / "marugoto" / "css"
GUIDE = ROOT / "docs" / "design-system.md"


@pytest.fixture(autouse=True)
def _japanese():
    with translation.override("ja"):
        yield


def render(text: str, **context: object) -> str:
    return Template("{% load marugoto %}" + text).render(Context(context))


def field(name: str, data: dict[str, str] | None = None) -> str:
    form = SampleForm(data)
    return " ".join(render("{% m_field form." + name + " %}", form=form).split())


def test_m_field_text_links_label_help_and_mark():
    html = field("name")

    assert '<label class="m-field__label" for="id_name">呼び名 <span class="m-opt">任意</span>' in html
    assert 'id="id_name_helptext">本当の名前でなくてもかまいません。' in html
    assert 'aria-describedby="id_name_helptext"' in html


def test_m_field_with_error_is_linked_and_marked_invalid():
    html = field("phone", {})

    assert 'id="id_phone_error"><span>電話番号を数字で書いてください。</span>' in html
    assert 'aria-describedby="id_phone_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<span class="m-req">必須</span>' in html


def test_m_field_choices_are_a_fieldset_with_legend():
    html = field("whose", {})

    assert html.startswith(
        '<fieldset class="m-field m-field--error" aria-describedby="id_whose_helptext id_whose_error">'
    )
    assert '<legend class="m-field__label">だれのことですか' in html
    assert '<label class="m-choice" for="id_whose_0"><input type="radio"' in html


def test_m_field_checkbox_is_one_label():
    html = field("agree")

    assert '<label class="m-choice" for="id_agree"><input type="checkbox" name="agree"' in html


def test_m_field_mark_false_says_neither():
    html = render("{% m_field form.phone mark=False %}", form=SampleForm())

    assert "必須" not in html
    assert "任意" not in html


def test_m_errors_unbound_form_renders_nothing():
    assert render("{% m_errors form %}", form=SampleForm()).strip() == ""


def test_m_errors_links_each_error_to_a_control_that_exists():
    form = SampleForm({})
    html = render("{% m_errors form %}{% m_fields form %}", form=form)

    targets = re.findall(r'<a href="#([^"]+)"', html)
    assert targets == ["id_phone", "id_ward", "id_whose_0", "id_agree"]
    assert all(f'id="{target}"' in html for target in targets)
    assert 'tabindex="-1" autofocus' in html


def test_m_errors_takes_several_forms_and_formsets():
    class Strict(SampleForm):
        def clean(self):
            raise forms.ValidationError("全体の誤りです。")

    formset = formset_factory(SampleForm, min_num=3, validate_min=True)(
        {"p-TOTAL_FORMS": "1", "p-INITIAL_FORMS": "0", "p-0-phone": "1"}, prefix="p"
    )
    html = render("{% m_errors form formset none %}", form=Strict({}), formset=formset, none=None)

    assert "全体の誤りです。" in html
    assert 'href="#id_p-0-ward"' in html


def test_m_errors_escapes_what_was_typed():
    class Echo(forms.Form):
        word = forms.ChoiceField(label="語", choices=[("a", "あ")])

    html = render("{% m_errors form %}{% m_fields form %}", form=Echo({"word": "<script>x</script>"}))

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_m_title_mark_only_after_an_error():
    assert render("{% m_title_mark form %}", form=SampleForm()) == ""
    assert render("{% m_title_mark form %}", form=SampleForm({})) == "入力を確認："


def test_every_documented_class_exists_and_every_class_is_documented():
    styled = {name for file in CSS.rglob("*.css") for name in re.findall(r"\.(m-[\w-]+)", file.read_text())}
    documented = set(re.findall(r"\bm-[a-z]+(?:[-_]+[a-z]+)*", GUIDE.read_text()))

    shell = ("m-header", "m-brand", "m-nav", "m-whoami", "m-emergency", "m-footer", "m-contact", "m-part")
    internal = {name for name in styled if name.startswith(shell)}
    assert styled - internal - documented == set()
    assert documented - styled == set()


def test_css_uses_only_variables_for_colors():
    own = [file for file in CSS.rglob("*.css") if file.name != "exit.css"]
    hits = [
        f"{file.name}: {line.strip()}"
        for file in own
        for line in file.read_text().splitlines()
        if re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", line) and not line.strip().startswith("/*")
    ]

    assert hits == []


def test_templates_have_no_inline_script_style_or_event():
    folders = [ROOT / "marugoto_site" / "templates", ROOT / "pages" / "templates"]
    forbidden = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|\|safe|autoescape off")
    hits = [
        str(file)
        for folder in folders
        for file in folder.rglob("*.html")
        if forbidden.search(file.read_text())
    ]

    assert hits == []


def test_vendored_tokens_are_what_vendor_txt_says():
    import hashlib

    folder = CSS.parent / "vendor" / "design-tokens-1.1.9"
    noted = dict(
        reversed(line.removeprefix("sha256: ").split("  "))
        for line in (folder / "VENDOR.txt").read_text().splitlines()
        if line.startswith("sha256")
    )

    assert noted == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("tokens.css", "LICENSE")
    }


def test_m_errors_does_not_repeat_a_label_that_the_message_says():
    html = render("{% m_errors form %}", form=SampleForm({}))

    assert ">電話番号を数字で書いてください。</a>" in html
    assert ">だれのことですか：一つえらんでください。</a>" in html
