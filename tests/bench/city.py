"""The invented city of the benchmarks: agencies by the platform's own actions, cases by seeded SQL.

Every draw is a hash of the row's number and a seed, so two runs make the same city; moments count back from
the day of the load, so that what is live stays live for as long as the database is kept.
"""

import time
from typing import Any

import psycopg
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from casework.search.keys import VERSION, fold, sound
from permissions.agencies.actions import add_membership, open_agency
from permissions.agencies.models import Agency
from tests.bench.loading import TABLES, bare_tables

SEED = 20261123
BIGGEST, MIDDLE, TINY, CENTER = "biggest", "middle", "tiny", "center"
USUAL = 38  # besides the middle one
TINY_CASES = 60
# Some names have many people, most have few: drawn by the square of a number between 0 and 1.
FAMILY_NAMES = [
    pair.split("/")
    for pair in [
        "佐藤/さとう",
        "鈴木/すずき",
        "高橋/たかはし",
        "田中/たなか",
        "伊藤/いとう",
        "渡辺/わたなべ",
        "山本/やまもと",
        "中村/なかむら",
        "小林/こばやし",
        "加藤/かとう",
        "吉田/よしだ",
        "山田/やまだ",
        "佐々木/ささき",
        "山口/やまぐち",
        "松本/まつもと",
        "井上/いのうえ",
        "木村/きむら",
        "林/はやし",
        "斎藤/さいとう",
        "清水/しみず",
        "山崎/やまざき",
        "森/もり",
        "池田/いけだ",
        "橋本/はしもと",
        "阿部/あべ",
        "石川/いしかわ",
        "山下/やました",
        "中島/なかじま",
        "石井/いしい",
        "小川/おがわ",
        "前田/まえだ",
        "岡田/おかだ",
        "長谷川/はせがわ",
        "藤田/ふじた",
        "後藤/ごとう",
        "近藤/こんどう",
        "村上/むらかみ",
        "遠藤/えんどう",
        "青木/あおき",
        "坂本/さかもと",
        "斉藤/さいとう",
        "福田/ふくだ",
        "太田/おおた",
        "西村/にしむら",
        "藤井/ふじい",
        "金子/かねこ",
        "岡本/おかもと",
        "藤原/ふじわら",
        "三浦/みうら",
        "中野/なかの",
        "原田/はらだ",
        "松田/まつだ",
        "竹内/たけうち",
        "上田/うえだ",
        "中山/なかやま",
        "和田/わだ",
        "森田/もりた",
        "石田/いしだ",
        "柴田/しばた",
        "酒井/さかい",
        "工藤/くどう",
        "横山/よこやま",
        "宮崎/みやざき",
        "宮本/みやもと",
        "内田/うちだ",
        "高木/たかぎ",
        "安藤/あんどう",
        "谷口/たにぐち",
        "大野/おおの",
        "丸山/まるやま",
        "今井/いまい",
        "高田/たかだ",
        "藤本/ふじもと",
        "武田/たけだ",
        "村田/むらた",
        "上野/うえの",
        "杉山/すぎやま",
        "増田/ますだ",
        "平野/ひらの",
        "大塚/おおつか",
        "千葉/ちば",
        "久保/くぼ",
        "松井/まつい",
        "岩崎/いわさき",
        "桜井/さくらい",
        "野口/のぐち",
        "松尾/まつお",
        "木下/きのした",
        "菊地/きくち",
        "野村/のむら",
        "新井/あらい",
        "佐野/さの",
        "杉本/すぎもと",
        "古川/ふるかわ",
        "市川/いちかわ",
        "小島/こじま",
        "水野/みずの",
        "島田/しまだ",
        "小松/こまつ",
        "灯野/とものの",
    ]
]
GIVEN_NAMES = [
    pair.split("/")
    for pair in [
        "太郎/たろう",
        "花子/はなこ",
        "一郎/いちろう",
        "和子/かずこ",
        "清/きよし",
        "幸子/さちこ",
        "実/みのる",
        "洋子/ようこ",
        "茂/しげる",
        "節子/せつこ",
        "健一/けんいち",
        "恵子/けいこ",
        "誠/まこと",
        "京子/きょうこ",
        "隆/たかし",
        "久美子/くみこ",
        "浩/ひろし",
        "由美子/ゆみこ",
        "大輔/だいすけ",
        "愛/あい",
        "翔太/しょうた",
        "美咲/みさき",
        "蓮/れん",
        "陽菜/ひな",
        "澪/みお",
        "樹/いつき",
        "結衣/ゆい",
        "悠真/ゆうま",
        "葵/あおい",
        "湊/みなと",
        "凛/りん",
        "大翔/ひろと",
        "咲良/さくら",
        "陸/りく",
        "芽依/めい",
        "颯太/そうた",
    ]
]
# Cases with 200 notes that the biggest and the middle agency, and the tiny one, hold at every size.
LONG_CASES = "n BETWEEN 61 AND 66 OR n IN (7, 8)"


def open_agencies() -> None:
    """Open the center and 41 agencies, each with a person, who is in the agency's group as guardian wants it."""
    _open(CENTER, role="coordinator", is_center=True)
    for code in (BIGGEST, MIDDLE, TINY, *(f"usual-{number:02}" for number in range(USUAL))):
        _open(code, role="agency_staff")


def _open(code: str, *, role: str, is_center: bool = False) -> None:
    agency = open_agency(
        code=code, name=f"見本 {code}", kind="other", legal_type="private", is_center=is_center
    )
    user = get_user_model().objects.create_user(code)
    user.groups.add(agency.group)
    add_membership(user=user, agency=agency, role=role)


def fill(owner: psycopg.Connection, *, cases: int) -> None:
    """Make the cases with all that hangs on them. Takes about four minutes for a million."""
    owner.execute("SET maintenance_work_mem = '512MB'")
    owner.execute("SET work_mem = '256MB'")
    owner.execute("SET synchronous_commit = off")
    _copy_agencies(owner)
    owner.execute(DRAW.format(seed=SEED))
    _copy_names(owner)
    with bare_tables(owner, validate=cases <= 100_000):
        for table, words in STEPS.items():
            _step(owner, table, words.replace(":cases", str(cases)))
    # A house that lists by guardian would keep an index for its order; ours does not use this one.
    owner.execute("CREATE INDEX bench_guardian_order ON casework_case (opened_at DESC, id DESC)")
    _step(owner, "vacuum", f"VACUUM (ANALYZE) {', '.join(TABLES)}")
    owner.execute("ANALYZE")


def _step(owner: psycopg.Connection, name: str, words: str) -> None:
    began = time.monotonic()
    rows = owner.execute(words).rowcount
    print(f"  {name}: {max(rows, 0):,} rows, {time.monotonic() - began:.0f} s", flush=True)


def _copy_agencies(owner: psycopg.Connection) -> None:
    owner.execute(
        "CREATE TEMP TABLE bench_agency (pos int, code text, agency_id bigint, group_id int, member_id bigint)"
    )
    agencies = Agency.objects.prefetch_related("memberships").order_by("code")
    usual = (agency for agency in agencies if agency.code.startswith("usual"))
    others = {agency.code: agency for agency in agencies}
    numbered: list[tuple[int, Agency]] = [
        *enumerate(usual),
        (USUAL, others[BIGGEST]),
        (USUAL + 1, others[MIDDLE]),
        (USUAL + 2, others[TINY]),
        (USUAL + 3, others[CENTER]),
    ]
    with owner.cursor().copy("COPY bench_agency FROM STDIN") as copy:
        for pos, agency in numbered:
            copy.write_row((pos, agency.code, agency.pk, agency.group_id, agency.memberships.get().pk))
    owner.execute("CREATE TEMP TABLE bench_right (scope text, item text, permission_id int)")
    with owner.cursor().copy("COPY bench_right FROM STDIN") as copy:
        for row in _rights():
            copy.write_row(row)


def _copy_names(owner: psycopg.Connection) -> None:
    owner.execute(
        "CREATE TEMP TABLE bench_name (kind text, pos int, name text, kana text, folded text, key text, sound text)"
    )
    with owner.cursor().copy("COPY bench_name FROM STDIN") as copy:
        for kind, names in (("family", FAMILY_NAMES), ("given", GIVEN_NAMES)):
            for pos, (name, kana) in enumerate(names):
                copy.write_row((kind, pos, name, kana, fold(name), fold(kana), sound(kana)))


def _rights() -> list[tuple[Any, ...]]:
    held = Permission.objects.filter(
        content_type__app_label="casework", codename__regex="^view_(case|person)_"
    )
    return [(*codename.split("_")[1:3], pk) for codename, pk in held.values_list("codename", "pk")]


# --- SQL ----------------------------------------------------------------------------------------------

DRAW = """
CREATE FUNCTION pg_temp.draw(n bigint, salt bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashint8extended(n, {seed} + salt) & 16777215) / 16777216.0::float8 $$;
CREATE FUNCTION pg_temp.key(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT md5(kind || ':' || {seed} || ':' || n)::uuid $$;
CREATE FUNCTION pg_temp.today() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT date_trunc('day', now()) $$;
"""

# The tiny agency's cases are the oldest of all: whoever walks all cases by date meets them last.
CASES = """
INSERT INTO casework_case (id, number, holder_id, worker_id, stage, flow, opened_at)
SELECT pg_temp.key('case', n), 'B-' || lpad(n::text, 7, '0'),
       (SELECT agency_id FROM bench_agency WHERE code = 'center'), (SELECT member_id FROM bench_agency WHERE code = 'center'),
       (ARRAY['received', 'intake', 'flow2_assess', 'flow2_active', 'closed'])[1 + (pg_temp.draw(n, 1) * 5)::int % 5],
       (ARRAY['', 'flow1', 'flow2'])[1 + (pg_temp.draw(n, 2) * 3)::int % 3],
       CASE WHEN n <= 60 THEN pg_temp.today() - interval '4 years' + n * interval '1 hour'
            ELSE pg_temp.today() - interval '1 hour' - pg_temp.draw(n, 3) * interval '3 years' END
  FROM generate_series(1, :cases) n
"""
ACTIVITY = """
INSERT INTO casework_caseactivity (case_id, changed_at)
SELECT id, opened_at + pg_temp.draw(row_number() OVER (ORDER BY number), 4) * (pg_temp.today() - opened_at)
  FROM casework_case
"""
HOUSEHOLDS = """
INSERT INTO casework_household (id, case_id, person_id, item, name, kind, summary)
SELECT pg_temp.key('household', n), pg_temp.key('case', n), NULL, 'basic', '見本' || n || '世帯', 'unknown',
       repeat('見本の世帯です。', 1 + (pg_temp.draw(n, 5) * 6)::int)
  FROM generate_series(1, :cases) n
"""
NAMED = f"""
CREATE TEMP TABLE bench_person AS
SELECT n, j, f.name || ' ' || g.name AS name, f.kana || ' ' || g.kana AS kana, f.folded || g.folded AS folded,
       f.key || g.key AS key, f.sound || g.sound AS sound,
       date '1940-01-01' + (pg_temp.draw(n * 8 + j, 6) * 30000)::int AS birth_on
  FROM (
    SELECT n, j, floor(pg_temp.draw(n, 13) ^ 2 * {len(FAMILY_NAMES)})::int AS family,
           floor(pg_temp.draw(n * 8 + j, 14) * {len(GIVEN_NAMES)})::int AS given
      FROM generate_series(1, :cases) AS n, generate_series(0, (pg_temp.draw(n, 7) * 3.2)::int) AS j
  ) AS drawn
  JOIN bench_name f ON f.kind = 'family' AND f.pos = family
  JOIN bench_name g ON g.kind = 'given' AND g.pos = given
"""
PERSONS = """
INSERT INTO casework_person (id, case_id, item, name, kana, relation, sex, birth_on, occupation, position)
SELECT pg_temp.key('person', n * 8 + j), pg_temp.key('case', n), 'basic', name, kana,
       (ARRAY['self', 'spouse', 'child', 'child'])[j + 1], 'not_asked', birth_on, '', j
  FROM bench_person
"""
CONTACTS = """
INSERT INTO casework_personcontact (id, case_id, person_id, item, phone, safe_hours, cover_name, voicemail_ok, sms, email, email_use, post, address, caution)
SELECT pg_temp.key('contact', n), pg_temp.key('case', n), pg_temp.key('person', n * 8), 'contact',
       '000-' || lpad((pg_temp.draw(n, 15) * 9999)::int::text, 4, '0') || '-' || lpad((pg_temp.draw(n, 16) * 9999)::int::text, 4, '0'),
       '', '', false, 'not_asked', '', 'not_asked', 'not_asked', '見本市東雲区' || (1 + (pg_temp.draw(n, 17) * 8)::int) || '-' || (1 + (pg_temp.draw(n, 18) * 40)::int), ''
  FROM generate_series(1, :cases) n
"""
HEALTH = """
INSERT INTO casework_personhealth (id, case_id, person_id, item, condition, doctor, care_level)
SELECT pg_temp.key('health', n), pg_temp.key('case', n), pg_temp.key('person', n * 8), 'health', '見本の病名', '', 'unknown'
  FROM generate_series(1, :cases) n WHERE pg_temp.draw(n, 8) < 0.3 OR n <= 66
"""
MONEY = """
INSERT INTO casework_personmoney (id, case_id, person_id, item, debt_yen, situation)
SELECT pg_temp.key('money', n), pg_temp.key('case', n), pg_temp.key('person', n * 8), 'money', 100000, '見本の借金'
  FROM generate_series(1, :cases) n WHERE pg_temp.draw(n, 9) < 0.3 OR n <= 66
"""
# Half of the notes are about the household, half about its first person.
NOTES = f"""
INSERT INTO casework_note (id, case_id, person_id, item, occurred_at, method, title, spoken_with, correction_reason, author_id, written_at)
SELECT pg_temp.key('note', n * 256 + j), pg_temp.key('case', n),
       CASE WHEN j % 2 = 0 THEN NULL ELSE pg_temp.key('person', n * 8) END,
       CASE WHEN j % 2 = 0 THEN 'history' ELSE 'basic' END,
       pg_temp.today() - pg_temp.draw(n * 256 + j, 10) * interval '2 years', 'phone', '見本の電話',
       '', '', (SELECT member_id FROM bench_agency WHERE code = 'center'), pg_temp.today()
  FROM generate_series(1, :cases) n,
       generate_series(1, CASE WHEN {LONG_CASES} THEN 200 ELSE (pg_temp.draw(n, 12) * 2.5)::int END) j
"""
# One paragraph each: what was one text before, and most notes are.
PARAGRAPHS = """
INSERT INTO casework_noteparagraph (id, case_id, person_id, item, note_id, position, kind, source, text)
SELECT md5('paragraph:' || id)::uuid, case_id, person_id, item, id, 0, 'fact', 'observed',
       repeat('見本の経過です。', 1 + ('x' || right(id::text, 4))::bit(16)::int % 20)
  FROM casework_note
"""
# Who gets an envelope: 30 % the biggest, 2 % the middle one, 60 old cases the tiny one, the rest is spread over the
# usual ones; one to five in all, 2.5 on average. States: 0 live, 1 ended and closed, 2 lapsed but not yet swept.
# "opened" is when the agency's own sort key starts.
ENVELOPES = """
CREATE TEMP TABLE bench_envelope AS
WITH wanted AS (
  SELECT n, pg_temp.draw(n, 20) < 0.30 OR n BETWEEN 61 AND 126 AS biggest,
         pg_temp.draw(n, 21) < 0.02 OR n BETWEEN 61 AND 126 AS middle, n <= 60 AS tiny,
         (ARRAY[1,1,1,1,1,1, 2,2,2,2,2,2,2, 3,3,3,3, 4,4,4])[1 + (pg_temp.draw(n, 22) * 20)::int % 20] AS others,
         (pg_temp.draw(n, 23) * 38)::int AS first,
         (ARRAY[1, 3, 5, 7, 9, 11, 13, 15, 17])[1 + (pg_temp.draw(n, 24) * 9)::int % 9] AS step
    FROM generate_series(1, :cases) n
), chosen AS (
  SELECT n, (first + i * step) % 38 AS pos
    FROM wanted, generate_series(0, least(others, 5 - biggest::int - middle::int - tiny::int) - 1) i
  UNION ALL SELECT n, 38 FROM wanted WHERE biggest
  UNION ALL SELECT n, 39 FROM wanted WHERE middle
  UNION ALL SELECT n, 40 FROM wanted WHERE tiny
)
SELECT n, pos, n * 64 + pos AS e, agency_id, group_id, pg_temp.key('share', n * 64 + pos) AS share_id,
       pg_temp.key('case', n) AS case_id, pg_temp.key('person', n * 8) AS person_id,
       CASE WHEN n <= 126 OR draw < 0.92 THEN 0 WHEN draw < 0.97 THEN 1 ELSE 2 END AS state,
       CASE WHEN pos = 40 THEN pg_temp.today() - interval '4 years' + n * interval '1 day'
            WHEN n <= 60 THEN pg_temp.today() - interval '3 years'
            ELSE pg_temp.today() - interval '1 hour' - pg_temp.draw(n, 3) * interval '3 years' END AS opened
  FROM chosen JOIN bench_agency USING (pos), LATERAL (SELECT pg_temp.draw(n * 64 + pos, 25) AS draw) drawn
 ORDER BY n, pos
"""
# Whole minutes, so that many rows of an agency share a moment and the key decides their order.
SHARES = """
INSERT INTO casework_share (id, case_id, agency_id, opened_at, closed_at, last_visible_change_at)
SELECT share_id, case_id, agency_id, opened, CASE WHEN state = 1 THEN pg_temp.today() END,
       date_trunc('minute', CASE WHEN pos = 40 THEN opened ELSE
         opened + pg_temp.draw(e, 26) * (pg_temp.today() - opened) END)
  FROM bench_envelope
"""
# The first line of every envelope is the household's basics and stands or falls with the envelope, so that the list
# of guardian (which knows rights on cases only) is the same list. Kinds: live, live until, ended, lapsed, to come.
LINES = """
INSERT INTO casework_shareline (id, case_id, person_id, item, share_id, agency_id, basis, evidence, starts_at, until,
                                added_by_id, added_at, ended_at, ended_by_id)
SELECT pg_temp.key('line', e * 4 + j), case_id, CASE WHEN j IN (1, 3) THEN person_id END,
       CASE j WHEN 0 THEN 'basic' WHEN 1 THEN 'basic' WHEN 2 THEN 'history'
              ELSE (ARRAY['contact', 'health', 'money'])[1 + (pg_temp.draw(e, 30) * 3)::int % 3] END,
       share_id, agency_id, (ARRAY['consent', 'shien_kaigi', 'purpose'])[1 + (pg_temp.draw(e, 31) * 3)::int % 3],
       '2026-11-20 書面',
       CASE kind WHEN 'to come' THEN pg_temp.today() + interval '5 years'
                 WHEN 'lapsed' THEN least(opened, pg_temp.today() - interval '400 days') ELSE opened END,
       CASE kind WHEN 'live until' THEN pg_temp.today() + interval '1 year' + pg_temp.draw(e, 32) * interval '4 years'
                 WHEN 'lapsed' THEN pg_temp.today() - interval '1 day' - pg_temp.draw(e, 32) * interval '1 year' END,
       (SELECT member_id FROM bench_agency WHERE code = 'center'), opened,
       CASE WHEN kind = 'ended' THEN pg_temp.today() - interval '1 minute' END,
       CASE WHEN kind = 'ended' THEN (SELECT member_id FROM bench_agency WHERE code = 'center') END
  FROM bench_envelope, generate_series(0, CASE WHEN n <= 66 THEN 3 ELSE 1 + (pg_temp.draw(e, 33) * 3)::int % 3 END) j,
       LATERAL (SELECT pg_temp.draw(e * 4 + j, 34) AS draw) drawn,
       LATERAL (SELECT CASE WHEN state = 1 THEN 'ended' WHEN state = 2 THEN 'lapsed'
                            WHEN n <= 66 OR j = 0 AND draw < 0.7 THEN 'live' WHEN j = 0 THEN 'live until'
                            WHEN draw < 0.55 THEN 'live' WHEN draw < 0.75 THEN 'live until'
                            WHEN draw < 0.87 THEN 'ended' WHEN draw < 0.97 THEN 'lapsed' ELSE 'to come' END AS kind) k
"""
GRANTS = """
INSERT INTO casework_{table} (id, group_id, permission_id, content_object_id, line_id)
SELECT md5('grant' || l.id)::uuid, a.group_id, r.permission_id, {target}, l.id
  FROM casework_shareline l JOIN bench_agency a USING (agency_id)
  JOIN bench_right r ON r.scope = '{scope}' AND r.item = l.item
 WHERE l.ended_at IS NULL AND l.person_id {null}
"""
# What the actions and the triggers of casework/search/ would have written.
CENTER_KEYS = f"""
INSERT INTO casework_searchrow (id, scope, case_id, person_id, item, sorted_at, words, version)
SELECT gen_random_uuid(), 0, keyed.case_id, keyed.person_id, keyed.item, c.opened_at, keyed.words, {VERSION}
  FROM (
    SELECT pg_temp.key('case', n) AS case_id, pg_temp.key('person', n * 8 + j) AS person_id, 'basic' AS item,
           'N' || folded || E'\\nK' || key || E'\\nR' || sound || E'\\nB'
           || translate(to_char(birth_on, 'YYYYMMDD'), '0123456789', 'ABCDEFGHIJ') AS words
      FROM bench_person
    UNION ALL
    SELECT case_id, person_id, 'contact', 'P' || replace(phone, '-', '') || E'\\nA' || replace(address, '-', '') || E'\\nD'
           || replace(address, '-', 'ノ')
      FROM casework_personcontact
    UNION ALL
    SELECT case_id, NULL, 'basic', 'H' || name FROM casework_household
  ) AS keyed JOIN casework_case c ON c.id = keyed.case_id
"""
AGENCY_KEYS = """
INSERT INTO casework_searchrow (id, scope, case_id, person_id, item, sorted_at, words, version)
SELECT gen_random_uuid(), told.agency_id, r.case_id, r.person_id, r.item, r.sorted_at, r.words, r.version
  FROM (SELECT DISTINCT agency_id, case_id, person_id, item FROM casework_shareline
         WHERE ended_at IS NULL AND item IN ('basic', 'contact')) AS told
  JOIN casework_searchrow r ON r.scope = 0 AND r.case_id = told.case_id AND r.item = told.item
                           AND coalesce(r.person_id, r.case_id) = coalesce(told.person_id, told.case_id)
"""
STEPS = {
    "cases": CASES,
    "activity": ACTIVITY,
    "households": HOUSEHOLDS,
    "drawn people": NAMED,
    "people": PERSONS,
    "contacts": CONTACTS,
    "health": HEALTH,
    "money": MONEY,
    "notes": NOTES,
    "paragraphs": PARAGRAPHS,
    "drawn envelopes": ENVELOPES,
    "envelopes": SHARES,
    "lines": LINES,
    "grants on cases": GRANTS.format(table="casegrant", target="l.case_id", scope="case", null="IS NULL"),
    "grants on people": GRANTS.format(
        table="persongrant", target="l.person_id", scope="person", null="IS NOT NULL"
    ),
    "search keys of the center": CENTER_KEYS,
    "search keys of agencies": AGENCY_KEYS,
}
