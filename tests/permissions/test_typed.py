"""Texts stay as they were typed."""

import pytest
from django import forms

from permissions.typed import TypedMixin, as_typed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  見本　\n", "見本"),
        ("一\r\n二\r三\n四\t五", "一\n二\n三\n四\t五"),
        ("\r\r\n", ""),
        ("a\x00b\x07c\x7f", "abc"),
        ("\ud800家", "家"),
        ("\ufa19\u795e", "\ufa19\u795e"),  # two shapes of one name
        ("か\u3099が", "か\u3099が"),  # composed and not
        ("辻\U000e0100", "辻\U000e0100"),  # with its variant
        ("\u200d", "\u200d"),
        ("XX", "XX"),
    ],
)
def test_text_is_trimmed_and_freed_of_control_characters_only(typed, kept):
    assert as_typed(typed) == kept


class Form(TypedMixin, forms.Form):
    name = forms.CharField(max_length=5)
    age = forms.IntegerField(required=False)


def test_a_form_keeps_texts_as_typed_and_leaves_the_rest_alone():
    form = Form({"name": "a\x07b", "age": "7"})

    # Django's own validator refuses NUL; other control characters go without a word.
    assert form.is_valid()
    assert form.cleaned_data == {"name": "ab", "age": 7}
    assert "maxlength" not in str(form["name"])
    assert "too long" not in str(Form({"name": "長" * 6}).errors)
    assert set(Form({"name": "長" * 6}).errors) == {"name"}


def test_a_form_takes_the_words_of_any_other():
    form = Form({"x-name": "a"}, prefix="x", initial={"age": 3})

    assert (form.is_valid(), form["age"].initial) == (True, 3)


class Silent(forms.Form):
    name = forms.CharField()

    def clean(self):
        super().clean()


class Child(TypedMixin, Silent):
    """Of a form whose ``clean`` returns nothing, which Django allows."""


def test_a_form_whose_clean_returns_nothing_is_cleaned_all_the_same():
    form = Child({"name": " a\x07 "})

    assert form.is_valid()
    assert form.cleaned_data == {"name": "a"}
