"""Tell whether the noun that a question asks about stands for many: "which areas", ما هي المجالات.

Rules over folded words. Arabic plurals are known by their ending, by the pattern of a broken plural, or by a
table; a pattern that singulars share counts only beside a pronoun or relative that agrees with a plural.
"""

from __future__ import annotations

import re

from rag.cues import folded

_BROKEN = folded("""
    دول مدن قرى طرق كتب سبل خطط أفكار صور نقاط فرق كتل قوى جزر نسخ أسر غرف سفن صحف مهن لجان بلدان رجال نساء
    أطفال جنود طلاب طلبة عمال تجار ركاب قادة سادة بنود شروط حقوق فروع ضيوف خطوط حلول ديون سجون علوم فنون
    عيوب ملوك نجوم رموز ظروف قيود عروض ردود وفود عقود حدود جهود ضغوط شعوب حروب جيوش صفوف نصوص رسوم وعود
    وزراء خبراء شركاء زعماء علماء شعراء سفراء أمراء رؤساء أعضاء أطباء أنبياء أصدقاء أبناء أسماء أشياء أجواء
    أحياء أنحاء أجزاء أخطاء آراء آثار آفاق ألوان أنهار أعمال أهداف أسباب أنواع أعراض أحزاب أطراف أحداث
    أفلام أرقام ألعاب أشكال أقسام أشخاص أركان أبواب أحكام أضرار أخطار أرباح أسواق أسئلة أجهزة أسلحة أدوية
    أنظمة أدلة أندية أغذية أطعمة أمثلة أولويات مناطق مطالب مراحل مصادر مشاريع مواقع مواضيع مواد معايير معارك
    مصانع مدارس مكاتب متاحف مساجد مراكز مجالس مناصب مهام محاور مخاطر مخاوف مزايا مكاسب مقاييس موانئ مسائل
    مظاهر قضايا هدايا ضحايا نوايا مزايا خلايا تدابير تفاصيل تحف ثغرات كواكب أمور أصول فصول
    """)
_PATTERN = re.compile(r"..ائ[^ة]|[^ت]وا.[^ة]|..ا.ي[^ة]")  # فصائل, عوامل, تدابير
#: Singulars share these: مقاتل, هجوم, اعلان, برنامج.
_AGREEING = re.compile(r"م.ا..?ي?[^ة]|..و[^ة]|ا..ا[^ة]|[^ت]..ا.[^ة]")
_LIKE_A_PLURAL = folded("""
    إثبات ثبات نبات فرات سبات رفات شتات فتات التفات انفلات قانون تلفزيون زيتون صابون كمين يمين سكين بنزين
    جنين مسكين مليون طاعون صالون بالون كربون ليمون مضمون مخزون فلسطين عشرين ثلاثين أربعين خمسين ياسمين قرين
    يقين معين مبين
    """)
_IN_NAMES = folded("كتائب عصائب سرايا قوات ألوية")  # ما هي كتائب النور
_VERBAL_NOUN = re.compile(r"ت..ين")  # تأمين, تعيين

_SINGULAR_S = folded("""
    news always sometimes perhaps series species sports arms savings sales goods customs physics mathematics
    politics economics ethics mechanics gas bus class glass process business access crisis basis analysis
    virus campus census status illness kiss boss address success press progress loss mass pass lens texas
    paris chaos cosmos diabetes measles christmas isis cas fils temps corps pays bras prix choix voix crisis
    tesis análisis lunes
    """)
_IRREGULAR = folded("people men women children teeth feet criteria phenomena media gens")
_PLURAL_CUES = folded("quels quelles lesquels lesquelles cuáles nelerdir neler hangileri kimler کدامند")
_BEFORE = folded("""
    of the these other main most new current additional first last largest biggest foreign different les des
    sont étaient los las son are were
    """)


def names_many(noun: str, following: str, between: frozenset[str], cue: str) -> bool:
    """Tell whether the folded `noun` asks for more than one thing.

    Args:
        noun: the noun asked about.
        following: the word after it, or "".
        between: the words between the cue and the noun.
        cue: the last word that the question is asked with: ما, which, quels.
    """
    if cue in _PLURAL_CUES:
        return True
    if "\u0620" <= noun[:1] <= "\u06d3":
        if noun.endswith(("ها", "هایی", "های")) and cue in ("کدام", "چه"):
            return True
        return _is_arabic_plural(noun, following, between)
    if len(noun) >= 5 and noun.endswith(("lar", "ler", "lari", "leri", "larin", "lerin")):
        return cue in ("hangi",)
    if not between <= _BEFORE or following in _HEADS or noun.endswith("'s"):
        return False
    if cue in ("quoi", "que", "qu") and between:
        return False  # "de quoi les personnes …": what about them
    if following in _OBJECTS and cue != "which":
        return False  # "what accounts for"
    if not between.isdisjoint(("are", "were")) and "the" not in between:
        return False  # "what are quasars" asks what they are
    plural = noun.endswith("s") and len(noun) > 3 and not noun.endswith(("ss", "us", "is"))
    return noun in _IRREGULAR or (plural and noun not in _SINGULAR_S)


#: What follows a verb, and no noun.
_OBJECTS = folded("""
    the a an for at his her its their this that these those it him them up out into when if to during after
    before
    """)
#: Nouns that a plural before them only describes: "which sports team".
_HEADS = folded("team club agency channel company group network shop store bank car centre center event star")


def _is_arabic_plural(noun: str, following: str, between: frozenset[str]) -> bool:
    if "هو" in between or following == "الذي":
        return False
    definite = noun.startswith("ال")
    bare = noun[2:] if definite and len(noun) >= 5 else noun
    singular = bare in _LIKE_A_PLURAL or _VERBAL_NOUN.fullmatch(bare)
    if singular or (not definite and bare in _IN_NAMES):
        return False
    if bare in _BROKEN or _PATTERN.fullmatch(bare) or (bare.endswith("ات") and len(bare) >= 4):
        return True
    if definite and len(bare) >= 4 and bare.endswith(("ين", "ون")) and "هي" not in between:
        return True  # persons: ما هي asks for things
    agrees = following in ("التي", "الذين", "اللواتي", "اللاتي") or not between.isdisjoint(("هي", "هم", "هن"))
    return agrees and _AGREEING.fullmatch(bare) is not None
