"""All components on one page; only the tests have this address."""

from pathlib import Path

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from marugoto_site import urls as real
from permissions.access import public

TEMPLATE = Path(__file__).with_name("styleguide.html")
NAV_ITEMS = [
    {"url": "#home", "label": "ホーム", "is_current": False},
    {"url": "#inbox", "label": "受信箱", "is_current": True, "count": 12},
    {"url": "#cases", "label": "支援ケース", "is_current": False},
]


class SampleForm(forms.Form):
    name = forms.CharField(label="呼び名", help_text="本当の名前でなくてもかまいません。", required=False)
    phone = forms.CharField(label="電話番号", error_messages={"required": "電話番号を数字で書いてください。"})
    ward = forms.ChoiceField(label="お住まいの区", choices=[("", "えらんでください"), ("1", "東雲区")])
    whose = forms.ChoiceField(
        label="だれのことですか",
        help_text="いちばん近いものを一つ。",
        choices=[("me", "わたし"), ("family", "家族"), ("unknown", "わからない・言いたくない")],
        widget=forms.RadioSelect,
        error_messages={"required": "一つえらんでください。"},
    )
    ways = forms.MultipleChoiceField(
        label="連絡の方法",
        required=False,
        choices=[("tel", "電話"), ("mail", "メール")],
        widget=forms.CheckboxSelectMultiple,
    )
    story = forms.CharField(label="困っていること", required=False, widget=forms.Textarea)
    agree = forms.BooleanField(
        label="読みました", error_messages={"required": "読んだら印を付けてください。"}
    )


class SampleFilter(forms.Form):
    ward = forms.ChoiceField(label="区", required=False, choices=[("", "すべて"), ("1", "東雲区")])
    word = forms.CharField(label="ことば", required=False)


@public(reason="for the tests; holds nothing")
def styleguide(request: HttpRequest, base: str) -> HttpResponse:
    context = {
        "base": f"marugoto/{base}.html",
        "wrap": base == "base_public",
        "form": SampleForm({} if "errors" in request.GET else None),
        "filter": SampleFilter(prefix="filter"),
        "nav_items": NAV_ITEMS,
        "acting_choices": False,
    }
    template = engines["django"].from_string(TEMPLATE.read_text())
    return HttpResponse(template.render(context, request))


urlpatterns = [path("styleguide/<slug:base>/", styleguide), *real.urlpatterns]
handler400, handler403 = real.handler400, real.handler403
handler404, handler500 = real.handler404, real.handler500
