"""What this app's verbs in the log mean (permissions/audit/words.py)."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "contacted": _("相談した人に連絡したことを記した"),
    "wrote_to_citizen": _("相談した人に返事を書いた"),
    "read_by_hook": _("ほかのプログラムが相談を読んだ"),
}
