"""What this app's verbs, items and grounds in the log mean (permissions/audit/words.py)."""

from django.utils.translation import gettext_lazy as _

from casework.sharing.bases import Basis
from casework.sharing.items import Item

VERBS = {
    "case_opened": _("ケースを作った"),
    "stage_changed": _("ケースの段階を変えた"),
    "household_created": _("世帯を登録した"),
    "person_added": _("世帯の人を登録した"),
    "basic_changed": _("基本情報を直した"),
    "contact_recorded": _(
        "連絡先か相談を書きとめた"
    ),  # both acts are called so; the subject tells them apart
    "contact_changed": _("連絡先を直した"),
    "health_recorded": _("健康の情報を登録した"),
    "health_changed": _("健康の情報を直した"),
    "money_recorded": _("お金の情報を登録した"),
    "money_changed": _("お金の情報を直した"),
    "person_joined": _("同じ人として結んだ"),
    "person_unjoined": _("同じ人の結びを外した"),
    "list_saved": _("一覧の条件を保存した"),
    "note_written": _("経過を書いた"),
    "note_corrected": _("経過を訂正した"),
    "share_line_added": _("共有を始めた"),
    "share_line_ended": _("共有を終えた"),
    "recall_answered": _("共有の終わりのお知らせに答えた"),
    "consent_recorded": _("同意についての説明と返事を記録した"),
    "consent_withdrawn": _("同意の撤回を記録した"),
    "case_handed_over": _("担当する機関を変えた"),
    "referral_sent": _("つなぎを送った"),
    "referral_answered": _("つなぎに答えた"),
    "referral_revoked": _("つなぎを取り消した"),
    "referral_items_not_shared": _("受け入れのあとの共有ができなかった"),
    "block_set": _("見せない相手に加えた"),
    "block_lifted": _("見せない相手から外した"),
    "decided": _("支援を決定した"),
    "role_answered": _("役割に回答した"),
    "sheet_requested": _("帳票を頼んだ"),
    "sheet_made": _("帳票を作った"),
    "sheet_opened": _("帳票を開いた"),
    "contact_received": _("フォームの相談を受け取った"),
    "contact_taken": _("相談を引き受けた"),
    "contact_replied": _("相談に返事をした"),
    "contact_closed": _("相談を終えた"),
    "contact_became_case": _("相談からケースを作った"),
    "contact_checked": _("緊急の確認をした"),
    "contact_completed": _("相談を直した"),
    "informant_hidden": _("通報した人を明かさないようにした"),
    "without_consent_recorded": _("同意のない情報を記録した"),
    "draft_begun": _("相談を書きはじめた"),
    "draft_dropped": _("書きかけの相談を捨てた"),
    "emergency_call_recorded": _("緊急の連絡を記録した"),
    "notice_recorded": _("通告・通報を記録した"),
    "notice_reply_recorded": _("通告・通報への返事を記録した"),
    "code_added": _("選択肢を加えた"),
    "code_changed": _("選択肢を直した"),
    "code_retired": _("選択肢の最後の日を決めた"),
    "code_revived": _("選択肢をまた選べるようにした"),
    "code_moved": _("選択肢の順番を変えた"),
    "letter_made": _("本人へのお知らせを作った"),
    "breach_file_made": _("漏えいの調査ファイルを作った"),
    "emergency_opened": _("緊急時の閲覧で開いた"),
    "emergency_refused": _("緊急時の閲覧で開けなかった"),
}
ITEMS = dict(Item.choices)
BASES = {"duty": _("センターの職務"), **dict(Basis.choices)}
DETAILS = {"words": _("さがしたことばの照合用の値")}
