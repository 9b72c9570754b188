"""The codes to begin with (domain.md 1.2.1, 1.3.1, 1.3.2, 1.3.7-1.3.9, 1.4, 2.5, 3.3): code | label | plain | English."""

import datetime

from django.db import migrations

FIRST_DAY = datetime.date(2021, 4, 1)  # the law on which the center stands came into force

UNKNOWN = """
unknown | 不明 | わからない | Unknown
not_asked | 聞いていない | 聞いていない | Not asked
"""

LISTS = {
    "topic": """
health | 病気や健康、障害のこと | 病気・体・障害のこと | Illness, health, disability
housing | 住まいについて | 住むところのこと | Housing
income | 収入・生活費のこと | お金・生活のお金のこと | Income, living costs
rent_loan | 家賃やローンの支払いのこと | 家賃やローンのこと | Rent or loan payments
taxes_utilities | 税金や公共料金等の支払いについて | 税金・電気・水道などのお金のこと | Taxes and utility bills
debt | 債務について | 借金のこと | Debts
job_search | 仕事探し、就職について | 仕事をさがすこと | Looking for work
job_trouble | 仕事上の不安やトラブル | 仕事で困っていること | Worries or trouble at work
community | 地域との関係について | 近所の人とのこと | Relations with the community
family | 家族との関係について | 家族とのこと | Relations with family
childcare | 子育てのこと | 子どもを育てること | Raising children
care | 介護のこと | お世話・介護のこと | Caring for somebody
hikikomori_school | ひきこもり・不登校 | 家から出られない・学校に行けない | Withdrawal, absence from school
dv_abuse | DV・虐待 | 暴力・ひどいことをされる | Domestic violence, abuse
food | 食べるものがない | 食べるものがない | Nothing to eat
other | その他 | ほかのこと | Other
""",
    "route": """
self_visit | 本人（来所） | 本人が来た | The person, in person
self_remote | 本人（電話・メール等） | 本人からの電話やメール | The person, by phone, mail, etc.
family_visit | 家族・知人（来所） | 家族や知り合いが来た | Family or acquaintance, in person
family_remote | 家族・知人（電話・メール等） | 家族や知り合いからの電話やメール | Family or acquaintance, by phone, mail, etc.
agency | 関係機関・関係者の紹介 | ほかの窓口からの紹介 | Referred by an agency
outreach | 支援機関がアウトリーチして勧めた | 支える人が訪ねてすすめた | Suggested through outreach
other | その他 | ほか | Other
""",
    "channel": """
web | ウェブ | インターネット | Web
phone | 電話 | 電話 | Phone
window | 窓口 | 窓口 | Counter
fax | ファクス | ファクス | Fax
email | メール | メール | Mail
letter | 手紙 | 手紙 | Letter
visit | 訪問 | 訪問 | Visit
meeting | 会議で把握 | 会議で知った | Came up in a meeting
agency | 関係機関から | ほかの窓口から | From another agency
""",
    "speaker": """
self | 本人 | 本人 | The person
family | 家族・親族 | 家族 | Family
neighbor | 近所・知人 | 近所の人・知り合い | Neighbor or acquaintance
friend | 友人 | 友だち | Friend
minsei | 民生委員・児童委員 | 民生委員・児童委員 | Community welfare volunteer
workplace | 職場 | 仕事の場所の人 | Workplace
school | 学校 | 学校 | School
agency | 関係機関 | 支える窓口の人 | Agency
other | その他 | ほか | Other
""",
    "household_kind": """
single | 単身 | ひとり | Living alone
couple | 夫婦のみ | 夫婦だけ | Couple
couple_children | 夫婦と子 | 夫婦と子ども | Couple with children
single_parent | ひとり親 | ひとり親と子ども | Single parent
parent_adult_child | 親と未婚の子（8050型） | 親と大人の子ども | Parent and unmarried adult child
three_generations | 三世代 | 祖父母・親・子ども | Three generations
other | その他 | ほか | Other
""",
    "relation": """
self | 本人 | 本人 | The person themselves
spouse | 配偶者 | 夫か妻 | Spouse
parent | 親 | 親 | Parent
child | 子 | 子ども | Child
sibling | きょうだい | きょうだい | Sibling
grandparent | 祖父母 | おじいさん・おばあさん | Grandparent
grandchild | 孫 | 孫 | Grandchild
other | その他 | ほか | Other
""",
    "issue": """
disease | 病気 | 病気 | Illness
injury | けが | けが | Injury
disability_certified | 障害（手帳あり） | 障害（手帳がある） | Disability (certified)
disability_suspected | 障害（疑い） | 障害かもしれない | Disability (suspected)
suicide_risk | 自死企図 | 死にたい気持ち | Suicide risk
mental_other | その他メンタルヘルスの課題（うつ・不眠・不安・依存症等） | 心の調子・やめられないこと | Other mental health issues
dementia | 認知症（疑いを含む） | もの忘れ・認知症 | Dementia (also suspected)
housing_unstable | 住まい不安定 | 住むところの心配 | Unstable housing
homeless | ホームレス | 住むところがない | Homeless
poverty | 経済的困窮 | お金が足りない | Poverty
debt | 多重・過重債務 | 借金が多い | Heavy debts
budgeting | 家計管理の課題 | お金のやりくり | Managing money
job_search | 就職活動困難 | 仕事が見つからない | Difficulty finding work
job_retention | 就職定着困難 | 仕事が続かない | Difficulty keeping work
lifestyle | 生活習慣の乱れ | 毎日の生活が乱れている | Disordered daily life
isolation | 社会的孤立（ニート・ひきこもり等） | ひとりぼっち・家から出られない | Social isolation
family | 家族関係・家族の問題 | 家族の問題 | Family problems
school_refusal | 不登校 | 学校に行けない | Absence from school
delinquency | 非行 | 非行 | Delinquency
education | 中卒・高校中退 | 学校を途中でやめた | Left school early
single_parent | ひとり親 | ひとり親 | Single parent
parenting | 養育不安 | 子育ての心配 | Worries about raising children
young_carer | ヤングケアラー | 家族の世話をする子ども | Young carer
care_burden | 介護負担 | 介護が大変 | Burden of care
double_care | ダブルケア | 子育てと介護の両方 | Caring for children and elders at once
dv_abuse | DV・虐待 | 暴力・虐待 | Domestic violence, abuse
self_neglect | セルフネグレクト・ごみ屋敷 | 自分の世話ができない・ごみがたまる | Self-neglect, hoarding
refusal | 支援拒否 | 手助けをことわる | Refuses support
no_kin | 身寄りなし | たよれる家族がいない | No kin
neighbour | 近隣トラブル | 近所とのもめごと | Trouble with neighbors
consumer | 消費者被害 | だまされて買わされた | Consumer harm
guardianship | 権利擁護・成年後見 | お金や契約を守る手助け | Rights, guardianship
foreign | 外国籍・言葉 | 外国の人・ことば | Foreign nationality, language
offender | 刑余者 | 刑務所などを出た人 | Former offender
communication | コミュニケーションが苦手 | 人と話すのが苦手 | Difficulty communicating
literacy | 識字・言語・理解 | 読み書き・わかること | Literacy, language, comprehension
disaster | 被災 | 災害にあった | Disaster victim
gap | 制度の狭間 | 合う制度がない | Fits no scheme
other | その他 | ほか | Other
""",
    "screening": """
info_only | 情報提供・相談対応のみで終了 | 話をして終わり | Information only
refer | 他制度・専門機関につなぐ | ほかの窓口につなぐ | Hand over to another agency
consent_pending | 同意は未取得だが取得に向け働きかける | 同意をもらえるように話をつづける | Work towards consent
continue | 継続支援しプラン作成 | いっしょに計画をつくる | Continue, make a plan
interrupted | 判断前に中断・終了 | 決める前に止まった | Interrupted before a decision
""",
    "agency_type": """
elderly_hub | あんしんケアセンター（地域包括支援センター） | お年寄りの相談センター | Community elderly support center
care_manager | 居宅介護支援事業所 | ケアマネジャーの事業所 | Care management office
ltc_provider | 介護事業所 | 介護の事業所 | Care provider
ltci_office | 区介護保険室 | 区の介護保険の係 | Ward long-term care insurance office
elder_disab_office | 区高齢障害支援課 | 区の高齢・障害の係 | Ward elderly and disability office
health_office | 区健康課（保健師） | 区の健康の係 | Ward health office
welfare_office | 区社会援護課（生活保護） | 区の生活保護の係 | Ward public assistance office
child_office | 区こども家庭課 | 区の子どもの係 | Ward child and family office
child_guidance | 児童相談所 | 児童相談所 | Child guidance center
disab_hub | 障害者基幹相談支援センター | 障害の相談センター | Disability support hub
disab_consult | 指定特定相談支援事業所 | 障害の相談の事業所 | Disability consultation office
mental_centre | こころの健康センター | 心の健康センター | Mental health center
hikikomori | ひきこもり地域支援センター | ひきこもりの相談センター | Withdrawal support center
self_reliance | 生活自立・仕事相談センター | 生活と仕事の相談センター | Self-reliance and job center
youth | 子ども・若者総合相談センター | 子ども・若者の相談センター | Youth consultation center
parenting | 子育て支援館・利用者支援 | 子育ての相談 | Parenting support
school | 学校・SSW・教育委員会 | 学校・教育委員会 | School, school social worker, board of education
dv_centre | 配偶者暴力相談支援センター | 配偶者からの暴力の相談センター | Spousal violence center
police | 警察 | 警察 | Police
fire | 消防 | 消防 | Fire service
hospital | 医療機関・MSW | 病院 | Hospital, medical social worker
visiting_nurse | 訪問看護 | 訪問看護 | Visiting nurses
lawyer | 弁護士・法テラス | 弁護士・法テラス | Lawyer, legal aid
guardianship | 成年後見支援センター | 成年後見の相談センター | Guardianship center
shakyo | 社会福祉協議会・CSW | 社会福祉協議会 | Council of social welfare
minsei | 民生委員・児童委員 | 民生委員・児童委員 | Community welfare volunteer
community | 町内自治会・地区部会 | 町内会 | Neighborhood association
housing | 住宅部門・居住支援法人 | 住まいの係 | Housing section or housing support body
waste | 環境・清掃部門 | ごみの係 | Waste section
tax | 税・保険料徴収部門 | 税金・保険料の係 | Tax and premium collection
employment | ハローワーク・サポステ | ハローワーク | Employment office
international | 国際交流協会・外国人相談 | 外国の人の相談 | International association
probation | 保護観察所・定着支援センター | 保護観察所など | Probation office
npo | NPO・フードバンク・子ども食堂 | NPOなど | NPO, food bank, children’s canteen
other_city | 他自治体 | ほかの市や町 | Another municipality
other | その他 | ほか | Other
""",
    "method": """
phone | 電話 | 電話 | Phone
visit | 訪問 | 訪問 | Visit
accompany | 同行 | いっしょに行く | Accompanying
interview | 面談（来所） | 会って話す | Interview at the center
online | オンライン | オンライン | Online
letter_fax_mail | 文書・ファクス・メール | 手紙・ファクス・メール | Letter, fax, mail
internal | 所内会議 | センターの中の会議 | Internal meeting
jusou_meeting | 重層的支援会議 | 重層的支援会議 | Coordination meeting with consent
shien_kaigi | 支援会議 | 支援会議 | Statutory support meeting
coord_meeting | 支援調整会議 | 支援調整会議 | Support coordination meeting
other_meeting | 他機関会議 | ほかの機関の会議 | Meeting of another agency
agency_contact | 機関との連絡調整 | 機関との連絡 | Contact with an agency
outreach_nocontact | 訪問したが会えず | 訪ねたが会えなかった | Visited, nobody met
""",
    "return_reason": """
out_of_scope | 対象外（制度要件） | 制度に合わない | Outside the scheme’s conditions
other_issue | 他の課題が主 | ほかの問題のほうが大きい | Another issue comes first
not_wanted | 本人が希望せず | 本人が望まない | The person does not want it
no_contact | 連絡取れず | 連絡がとれない | Could not be reached
no_capacity | 対応力・空きなし | 受け入れる余裕がない | No capacity
household_issue | 世帯に別課題判明 | 家族に別の問題が見つかった | Another issue found in the household
lacking_facts | 情報不足 | わからないことが多い | Not enough known
became_urgent | 緊急化 | 急ぎになった | Became urgent
other | その他 | ほか | Other
""",
    "basis": """
consent | 本人同意（個人情報保護法69条2項1号・27条1項） | 本人の同意 | Consent of the person (APPI 69(2)1, 27(1))
purpose | 利用目的の範囲内（個人情報保護法61条・69条1項） | もともとの目的のため | Within the purpose of use (APPI 61, 69(1))
law | 法令に基づく場合（個人情報保護法69条1項） | 法律で決まっている | Based on law (APPI 69(1))
shien_kaigi | 支援会議（社会福祉法106条の6） | 支援会議 | Support meeting (Social Welfare Act 106-6)
youtaikyo | 要保護児童対策地域協議会（児童福祉法25条の2） | 子どもを守る会議 | Child protection council (Child Welfare Act 25-2)
other_council | 法律に基づくほかの会議・協議会 | 法律で決まったほかの会議 | Another council based on law
internal | 庁内の相当な理由（個人情報保護法69条2項2号） | 市役所の中で必要 | Reasonable grounds within the city (APPI 69(2)2)
public_body | ほかの行政機関等・相当な理由（個人情報保護法69条2項3号） | ほかの役所で必要 | Reasonable grounds, other public body (APPI 69(2)3)
clear_benefit | 明らかに本人の利益・特別の理由（個人情報保護法69条2項4号） | 本人のためになる | Clearly in the person’s interest (APPI 69(2)4)
life_safety | 人の生命・身体・財産の保護（個人情報保護法27条1項2号） | 命や体を守るため | Protecting life, body or property (APPI 27(1)2)
""",
}
ASKED = ("topic", "route", "speaker", "household_kind", "relation", "issue", "agency_type")


def seed(apps, schema_editor):
    Code = apps.get_model("casework", "Code")
    for list_code, text in LISTS.items():
        lines = (text + (UNKNOWN if list_code in ASKED else "")).split("\n")
        rows = [[part.strip() for part in line.split("|")] for line in lines if line]
        Code.objects.bulk_create(
            Code(list_code=list_code, code=code, label=label, plain_label=plain, label_en=english,
                 valid_from=FIRST_DAY, position=number * 10)
            for number, (code, label, plain, english) in enumerate(rows, start=1)
        )


def unseed(apps, schema_editor):
    # What staff added goes, too: the table itself is the next to go.
    apps.get_model("casework", "Code").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("casework", "0011_codes")]

    operations = [migrations.RunPython(seed, unseed)]
