from forms_app.fields.registry import register_kind
from forms_app.fields.text import SingleLine


@register_kind
class Postcode(SingleLine):
    kind = "mihon_postcode"
    label = "郵便番号"
