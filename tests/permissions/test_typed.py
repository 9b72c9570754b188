"""Texts stay as they were typed."""

import pytest
from django import forms
from django.http import QueryDict

from permissions.audit.origin import coming_from
from permissions.typed import TypedMixin, as_typed, free_texts, without_my_numbers


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


NUMBER, MASKED = "番号 123456789018 です", "番号 ＊＊＊＊＊＊＊＊＊＊＊＊ です"


def test_free_texts_are_the_fields_into_which_somebody_may_write_anything():
    fields = {
        "text": forms.CharField(),
        "mail": forms.EmailField(),
        "key": forms.UUIDField(),
        "token": forms.CharField(widget=forms.HiddenInput),
        "hidden key": forms.UUIDField(widget=forms.HiddenInput),
        "choice": forms.ChoiceField(),
        "long": forms.CharField(widget=forms.Textarea),
    }

    assert free_texts(fields) == ["text", "mail", "long"]


def test_every_my_number_under_the_names_is_masked_and_the_page_will_say_so():
    sent = QueryDict(mutable=True)
    sent.setlist("many", ["一", NUMBER, NUMBER])
    sent.setlist("other", [NUMBER])
    sent.setlist("plain", ["1", "2"])
    before = sent.copy()

    with coming_from(None) as origin:
        found = without_my_numbers(sent, ["plain", "many", "absent"])

    assert dict(found.lists()) == {"many": ["一", MASKED, MASKED], "other": [NUMBER], "plain": ["1", "2"]}
    assert (origin.has_masked, sent) == (True, before)


def test_what_is_no_form_of_a_browser_is_masked_alike():
    """Data of a script, or of a wizard's step: one value a name, of any kind."""
    sent = {"text": NUMBER, "days": 123456789018, "list": [NUMBER], "other": NUMBER}

    assert without_my_numbers(sent, ["days", "text", "list", "absent"]) == {**sent, "text": MASKED}
    assert sent["text"] == NUMBER


@pytest.mark.parametrize("sent", [{"text": "123456789012"}, QueryDict("text=123456789012")])
def test_what_holds_no_my_number_is_the_same_object(sent):
    with coming_from(None) as origin:
        assert without_my_numbers(sent, ["text"]) is sent
    assert not origin.has_masked


def test_a_form_masks_its_own_fields_by_the_names_they_were_sent_under():
    sent = {"x-name": "123456789018", "name": "123456789018"}
    form = Form(sent, prefix="x")
    form.fields["name"].max_length = None
    form.fields["name"].validators = []

    assert form.is_valid()
    assert form.cleaned_data["name"] == "＊" * 12
    assert form.data == {"x-name": "＊" * 12, "name": "123456789018"}
