"""The corpus that ships: its front matter, its facts, its wildness, and that it copies nothing.

Each brief in `seeds/` was written from one news article, or, in English and French, from all five. The
articles are other people's text: where they lie beside the checkout, no run of their words may stand here.
"""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from conftest import ARTICLES, ROOT, needs_articles

SEEDS = sorted((ROOT / "seeds").glob("*.md"))
MARKS = re.compile("[\u064b-\u0652\u0640]")  # harakat and tatweel: a vocalised copy is still a copy
SPELLINGS = str.maketrans("أإآٱى", "ااااي")
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")  # JSON and Python may write Arabic so
RUN = 7  # consecutive words that make a copy

MESSAGE, INVITATION, TIMETABLE, DIALOGUE, MISSION, ENGLISH, FRENCH = (
    "01-message-to-iran.ar.md",
    "02-biden-invitation.ar.md",
    "03-withdrawal-timetable.ar.md",
    "04-strategic-dialogue.ar.md",
    "05-end-of-combat-mission.ar.md",
    "06-troops-in-iraq.en.md",
    "07-retrait-americain.fr.md",
)

# Names and numbers that each brief must carry, one fact to a semicolon.
FACTS = {
    MESSAGE: "مصطفى الكاظمي; جو بايدن; أنتوني بلينكين; ديفيد هيل; إسماعيل قاآني; فيلق القدس; للحرس الثوري"
    "; بغداد; الجولة الثالثة; يونيو/حزيران; الأربعاء; بدر; عصائب أهل الحق; قيس الخزعلي; فؤاد حسن"
    "; إحسان الشمري; فرانس برس; كتائب حزب الله; جعفر الحسيني; مقتدى الصدر; 18; داعش; مصرف التجارة العراقي"
    "; مليارات",
    INVITATION: "مصطفى الكاظمي; جو بايدن; 26 يوليو; الجمعة; جين ساكي; 2008; الطاقة; الصحة; الحرس الثوري"
    "; خمسة مصادر; مطار بغداد الدولي; عين الأسد; محافظة الأنبار; مطار أربيل الدولي; كردستان; الحشد الشعبي"
    "; سوريا; بريت ماجورك; الشرق الأوسط وشمال أفريقيا; الخميس الماضي; جوي هود; الشرق الأدنى; قاسم الأعرجي"
    "; ماثيو تولر; الجولة الرابعة; السابع من أبريل/نيسان; 3500; 2500",
    TIMETABLE: "مصطفى الكاظمي; واشنطن; الاثنين المقبل; 30; الدولة; نيد برايس; سجاد جياد"
    "; ذي سانتشوري فاونديشن; فرانس برس; أزمة الكهرباء; قيس الخزعلي; عصائب أهل الحق; الحشد الشعبي; آب 2020"
    "; خمسين هجوما; فؤاد حسين; 2500; رمزي مارديني; بيرسون انستيتيوت; جامعة شيكاغو",
    DIALOGUE: "مصطفى الكاظمي; غدا; أمس الأول; قاعدة الحرير; 70 كلم; أربيل; واين ماروتو; قيس الخزعلي"
    "; فؤاد حسين; أنتوني بلينكن; جهاز مكافحة الإرهاب; الشرطة الاتحادية; نصر الشمري; حركة النجباء"
    "; كتائب حزب الله; 155 مليون دولار; كتائب سيد الشهداء; الناتو; عين الأسد; قاعدة فكتوريا"
    "; قاعدة التوحيد الثالثة; المنطقة الخضراء; 10 سنوات; 2014; قاسم الأعرجي; مارا كارلين; 31 ديسمبر 2021"
    "; وول ستريت جورنال; بوليتيكو; جون كيربي; لويد أوستن; جين ساكي; نيد برايس; مدينة الصدر"
    "; الاثنين الماضي; 30; 50; داعش; ثلاثة أشهر",
    MISSION: "جو بايدن; مصطفى الكاظمي; صحراء الأنبار; النجف; 29 يونيو/حزيران; 2500; ثلاثة أشهر; 36; 62"
    "; 2021; لويد أوستن; آسيا; 2017; 2014; دونالد ترامب; سوريا; 2015; حمدي مالك; واشنطن انستيتيوت"
    "; رمزي مارديني; بيرسون انستيتيوت; جامعة شيكاغو; أغسطس/آب 2020; خمسين هجوما; كردستان"
    "; الهيئة التنسيقية للمقاومة العراقية; السبت; فؤاد حسين; الاثنين; الأحد",
    ENGLISH: "Mustafa al-Kadhimi; Joe Biden; 26 July; August 2020; 2500; 3500; 2014; 2017; Donald Trump"
    "; Fuad Hussein; Fuad Hassan; Qasim al-Araji; 31 December 2021; Wall Street Journal; Politico"
    "; Ramzy Mardini; Hamdi Malik; Sajad Jiyad; Jen Psaki; 2008; Antony Blinken; 155; Lloyd Austin"
    "; Ned Price; 7 April; Brett McGurk; Matthew Tueller; Harir; 70; Erbil; Wayne Marotto; Ain al-Asad; Anbar"
    "; 29 June; Najaf; Qais al-Khazali; Sadr City; 30; 50; 36; 62; Esmail Qaani; Quds Force; Muqtada al-Sadr"
    "; Trade Bank of Iraq",
    FRENCH: "Moustafa al-Kadhimi; Joe Biden; 26 juillet; août 2020; 2500; 3500; 2014; 2017; Donald Trump"
    "; Fouad Hussein; Fouad Hassan; Qassem al-Araji; 31 décembre 2021; Wall Street Journal; Politico"
    "; Hamdi Malik; Ramzy Mardini; Sajad Jiyad; Jen Psaki; 2008; Antony Blinken; 155; Lloyd Austin; Ned Price"
    "; 7 avril; Brett McGurk; Matthew Tueller; Harir; 70; Erbil; Wayne Marotto; Aïn al-Assad; Al-Anbar"
    "; 29 juin; Qaïs al-Khazali; Nasr al-Chammari; Sadr City; 30; 50; 36; 62; Esmaïl Qaani; Force Qods"
    "; Ihsan al-Chammari; Moqtada al-Sadr; Trade Bank of Iraq",
}


def front_matter_and_body(path: Path) -> tuple[dict[str, object], str]:
    """Return the YAML between the first two `---` lines, and the text after them."""
    opening, matter, body = re.split(
        r"^---\n", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.MULTILINE
    )
    assert opening == ""
    return yaml.safe_load(matter), body


def bodies(language: str) -> dict[str, str]:
    """Return the text of each brief in `language`, by file name."""
    return {p.name: front_matter_and_body(p)[1] for p in SEEDS if p.name.endswith(f".{language}.md")}


def carries(text: str, fact: str) -> bool:
    """Say whether `fact` stands in `text`; digits match whole numbers only, grouped or not."""
    plain = re.sub(r"(?<=\d)[,\u00a0](?=\d{3}\b)", "", MARKS.sub("", text))
    return re.search(rf"(?<!\d){re.escape(fact)}(?!\d)", plain) is not None


def words(text: str) -> list[str]:
    """Return the words of `text` in order, without harakat, tatweel and differences of alef and ya."""
    unescaped = ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    return re.findall(r"\w+", MARKS.sub("", unescaped).translate(SPELLINGS))


def runs(text: str, length: int = RUN) -> Iterator[tuple[str, ...]]:
    """Yield every run of `length` consecutive words of `text`; none when it has fewer words."""
    found = words(text)
    return zip(*(found[offset:] for offset in range(length)), strict=False)


def copied(text: str, article_runs: set[tuple[str, ...]], length: int = RUN) -> list[str]:
    """Return the runs of `text` that an article has too, in order."""
    return [" ".join(run) for run in runs(text, length) if run in article_runs]


def article_runs(length: int = RUN) -> set[tuple[str, ...]]:
    """Return every run of `length` words in the five articles."""
    articles = sorted(ARTICLES.glob("*.txt"))
    assert len(articles) == 5
    return {run for path in articles for run in runs(path.read_text(encoding="utf-8"), length)}


def tracked_texts() -> dict[str, str]:
    """Return the text of every tracked file that is UTF-8 and holds no NUL, by its path in the repository."""
    git = shutil.which("git") or pytest.skip("git is not installed, so nothing says which files are tracked")
    listing = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("this tree is not a git checkout, so nothing says which files are the repository's")
    texts = {}
    for name in filter(None, listing.stdout.decode().split("\0")):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content:
            texts[name] = content.decode("utf-8", errors="replace")
    return texts


def test_the_seeds_are_five_arabic_briefs_one_english_and_one_french() -> None:
    assert [path.name for path in SEEDS] == [
        MESSAGE,
        INVITATION,
        TIMETABLE,
        DIALOGUE,
        MISSION,
        ENGLISH,
        FRENCH,
    ]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_a_seed_has_its_front_matter_and_a_body(path: Path) -> None:
    matter, body = front_matter_and_body(path)
    assert set(matter) - {"date"} == {"title", "lang", "about", "source"}
    assert all(isinstance(matter[key], str) and matter[key].strip() for key in set(matter) - {"date"})
    assert path.name.endswith(f".{matter['lang']}.md")
    assert 300 <= len(body.split()) <= 950
    assert "\u200f" not in body  # no invisible direction marks: offsets count them
    assert "\u200e" not in body


def test_only_the_brief_whose_article_states_a_date_has_one() -> None:
    dates = {path.name: front_matter_and_body(path)[0].get("date") for path in SEEDS}
    assert {name: date for name, date in dates.items() if date} == {INVITATION: datetime.date(2021, 7, 17)}


@pytest.mark.parametrize(
    ("name", "fact"), [(name, fact) for name, facts in FACTS.items() for fact in facts.split("; ")]
)
def test_a_brief_carries_the_facts_of_its_article(name: str, fact: str) -> None:
    assert carries(front_matter_and_body(ROOT / "seeds" / name)[1], fact)


def test_a_fact_is_not_found_inside_another_number() -> None:
    assert carries("قُتل 30 شخصا", "30")
    assert not carries("ثمة 300 جندي و130 مدربا", "30")
    assert carries("3\u00a0500 soldats", "3500")
    assert carries("3,500 soldiers", "3500")


def test_the_arabic_briefs_disagree_where_the_articles_do() -> None:
    texts = bodies("ar")
    for fact, names in {
        "30": [TIMETABLE, DIALOGUE],
        "36": [MISSION],
        "50": [DIALOGUE],
        "62": [MISSION],
        "2500": [INVITATION, TIMETABLE, MISSION],
        "3500": [INVITATION],
        "فؤاد حسين": [TIMETABLE, DIALOGUE, MISSION],
        "فؤاد حسن": [MESSAGE],
    }.items():
        found = [
            name for name, text in texts.items() if re.search(rf"(?<!\d){fact}(?!\w)", MARKS.sub("", text))
        ]
        assert found == names, fact


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_briefs_on_all_five_articles_hold_both_sides_of_each_disagreement(language: str) -> None:
    (text,) = bodies(language).values()
    assert all(carries(text, number) for number in ("30", "36", "50", "62", "2500", "3500"))


@pytest.mark.parametrize(
    ("flaw", "pattern"),
    [
        ("a full stop with no space after it", r"[ء-ي]\.[ء-ي]"),
        ("a ya written without its dots", r"(?<!\w)(?:فى|وفى|التى|الماضى)(?!\w)"),
        ("a ya written for an alef maqsura", r"(?<!\w)إلي(?!\w)"),
        ("a vocalised word", "[ء-ي]\u0651?[\u064e-\u0650]\u0651?[ء-ي]"),
        ("guillemets", "«[^»]+»"),
        ("straight quotation marks", '"[^"]+"'),
        ("a month by both its names", r"(?:أغسطس/آب|تموز/يوليو|أبريل/نيسان)"),
        ("one spelling of American", "أميركي"),
        ("the other spelling of American", "أمريكي"),
        ("a day counted from the day of writing", r"(?:الاثنين المقبل|أمس الأول|الأسبوع الماضي)"),
        ("a date alone on its line", r"(?m)^السبت، 17 تموز/يوليو 2021$"),
        ("Latin letters in an Arabic sentence", r"[ء-ي]» \([A-Z][A-Za-z ]+\)"),
    ],
)
def test_the_arabic_briefs_show_the_flaws_of_real_text(flaw: str, pattern: str) -> None:
    assert any(re.search(pattern, text) for text in bodies("ar").values()), flaw


def test_a_copied_run_is_found_behind_harakat_tatweel_spelling_punctuation_and_escapes() -> None:
    invented = "زلقم إفطور نبهاس ترلوى كشمند وقلاط سرنيج دهفول مغرنس"  # nine words of no language
    known = set(runs(invented))
    first = "زلقم افطور نبهاس ترلوي كشمند وقلاط سرنيج"
    assert len(known) == 9 - RUN + 1
    assert copied("قيل: زَلْقَم، إفطـور «نبهاس» ترلوي.كشمند\nوقلاط (سرنيج)!", known) == [first]
    escaped = first.encode("unicode_escape").decode()
    assert "\\u" in escaped
    assert copied(f'{{"text": "{escaped}"}}', known) == [first]


def test_a_shorter_or_broken_run_is_no_copy() -> None:
    known = set(runs("زلقم إفطور نبهاس ترلوى كشمند وقلاط سرنيج دهفول مغرنس"))
    assert copied("زلقم إفطور نبهاس ترلوى كشمند وقلاط", known) == []
    assert copied("زلقم إفطور نبهاس غيره ترلوى كشمند وقلاط سرنيج", known) == []


@needs_articles
@pytest.mark.articles
def test_no_tracked_file_repeats_seven_words_of_an_article() -> None:
    known = article_runs()
    repeated = {name: runs for name, text in tracked_texts().items() if (runs := copied(text, known))}
    assert repeated == {}


@needs_articles
@pytest.mark.articles
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_a_brief_repeats_not_even_six_words_of_an_article(path: Path) -> None:
    assert copied(path.read_text(encoding="utf-8"), article_runs(6), 6) == []


@needs_articles
@pytest.mark.articles
def test_the_articles_themselves_would_be_caught() -> None:
    known = article_runs()
    for path in ARTICLES.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert len(copied(text, known)) == len(words(text)) - RUN + 1
