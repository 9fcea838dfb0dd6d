"""The words that show where a clause begins and ends: of cause, of contrast, of saying, of an enumeration.

Tables are written as people write and folded when the module is loaded; `_` stands for a space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.cues import SAYING, folded
from rag.text import Word


class Phrases:
    """Phrases to be found among folded words; in Arabic with و or ف joined to the first word."""

    def __init__(self, listing: str) -> None:
        self._of_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(folded(listing), key=lambda phrase: (-phrase.count(" "), phrase)):
            parts = tuple(phrase.split(" "))
            self._of_first.setdefault(parts[0], []).append(parts)

    def at(self, words: Sequence[Word], i: int, last: int) -> int:
        """Return how many words of words[i:last] the longest phrase at `i` has; 0 for none."""
        token = words[i].text
        forms = (token, token[1:]) if token[0] in "وف" and len(token) > 2 else (token,)
        for form in forms:
            for parts in self._of_first.get(form, ()):
                if all(i + k < last and words[i + k].text == parts[k] for k in range(1, len(parts))):
                    return len(parts) if i + len(parts) <= last else 0
        return 0


#: Before a clause that gives the cause or the purpose.
CLAUSE_CAUSES = Phrases("""
    لأن لأنه لأنها لأنهم لأنهما لأنهن لأننا لأني لأنك لأنكم كون كونه كونها كونهم ذلك_أن ذلك_أنه ذلك_أنها
    حيث_إن حيث_إنه حيث_إنها إذ كي لكي كيلا لكيلا حتى_لا بحيث because so_that lest in_order_that given_that
    on_the_grounds_that now_that parce_que parce_qu puisque puisqu afin_que afin_qu pour_que pour_qu
    étant_donné_que vu_que de_peur_que porque puesto_que ya_que para_que debido_a_que weil damit çünkü زیرا
    چون_که
    """)
#: Before a noun, or a verb without its subject, that gives the cause or the purpose.
NOUN_CAUSES = Phrases("""
    بسبب لسبب لأسباب بفعل بفضل نتيجة جراء من_جراء جرّاء إثر على_إثر على_خلفية بهدف بغرض لغرض بقصد بغية من_أجل
    لأجل بدافع بداعي بدعوى بحجة بذريعة تحت_ذريعة في_محاولة في_مسعى على_أمل أملا بأمل نظرا خشية مخافة خوفا حرصا
    سعيا طمعا رغبة احتجاجا انتقاما تضامنا تحسبا تجنبا تفاديا تمهيدا استعدادا تنديدا منعا حفاظا ردا_على استجابة
    نكاية تلبية يرجع_ذلك_إلى يعود_ذلك_إلى يعزى_ذلك_إلى يرجع_السبب_إلى يعود_السبب_إلى تعود_الأسباب_إلى السبب
    سببه سببها سبب ناجم_عن ناجمة_عن الناجم_عن الناجمة_عن نجم_عن ناتج_عن ناتجة_عن الناتج_عن الناتجة_عن
    because_of due_to owing_to thanks_to as_a_result_of in_order_to so_as_to on_account_of in_response_to
    in_retaliation_for in_protest_at in_protest_against for_fear_of for_the_sake_of in_view_of in_light_of
    with_the_aim_of in_the_hope_of in_hopes_of caused_by prompted_by attributed_to aimed_at in_an_attempt_to
    in_an_effort_to in_a_bid_to à_cause_de à_cause_des à_cause_du à_cause_d en_raison_de en_raison_des
    en_raison_du en_raison_d grâce_à grâce_au grâce_aux afin_de afin_d dans_le_but_de dans_le_but_d
    en_vue_de en_vue_d faute_de faute_d par_crainte_de par_crainte_d de_peur_de du_fait_de du_fait_des
    du_fait_du sous_prétexte_de à_la_suite_de suite_à debido_a a_causa_de con_el_fin_de gracias_a
    por_culpa_de por_miedo_a wegen aufgrund به_دلیل به_علت به_خاطر برای_اینکه
    """)
#: After one of them, it only points back at a cause that was given before.
POINTING_BACK = folded("ذلك ذالك this that cela ça eso ello dessen")
#: After إثر, it is أثر, a trace or to have an effect.
NO_AFTERMATH = folded("على في سلبا إيجابا كبير")

#: After the French "car", which else is English and runs on wheels.
AFTER_FRENCH_CAR = folded("""
    le la les l il elle ils elles ce cette ces c son sa ses leur leurs un une des je nous vous aucun
    """)
CONTRASTS = Phrases("""
    لكن لكنه لكنها لكنهم غير_أن بيد_أن إلا_أن إلا_أنه إلا_أنها بينما فيما في_حين في_الوقت_الذي رغم بالرغم
    مع_ذلك على_الرغم but while whereas although though however yet nevertheless mais tandis_que alors_que
    bien_que quoique cependant pourtant pero mientras aunque aber während obwohl ama fakat ancak
    """)
NO_CONTRASTS = Phrases("فيما_يتعلق فيما_يخص فيما_بين فيما_بعد")
RESULTS = Phrases("""
    مما ما_أدى ما_دفع ما_جعل ما_يعني ما_اضطر ما_تسبب الأمر_الذي لذلك لذا لهذا بالتالي بذلك فقد فإن فإنه فإنها
    therefore thus hence donc si_bien_que por_lo_que deshalb daher bu_nedenle
    """)
#: A result only after a comma: "so" and حيث have other uses.
RESULTS_APART = Phrases("so hence which_led which_forced ce_qui حيث")
RELATIVES = Phrases("""
    الذي التي الذين اللذين اللتين اللواتي اللاتي هو هي هم هما هن who which whose whom where that qui dont où
    que lequel laquelle lesquels quien cuyo cuya welche welcher welches
    """)
SOURCES = Phrases("""
    بحسب حسب وفق وفقا طبقا نقلا حسبما بحسبما على_حد_قول على_حد_تعبير كما_قال كما_قالت كما_أعلن كما_ذكر
    كما_أفاد كما_أكد كما_أوضح كما_جاء مشيرا مشيرة مضيفا مضيفة مؤكدا مؤكدة موضحا موضحة لافتا لافتة معتبرا
    معتبرة قائلا قائلة مبينا مبينة according_to as_reported selon d_après según laut
    """)
#: و and a verb of saying: what follows is another's sentence, comma or none.
AND_SAID = frozenset(f"و{verb}" for verb in SAYING if "\u0620" <= verb[0] <= "\u06d3" and verb[0] != "و")

AND = folded("و أو and or et ou y o u und oder ve veya sowie")
AND_PHRASES = Phrases("""
    فضلا_عن إضافة_إلى بالإضافة_إلى إلى_جانب علاوة_على كذلك كما as_well_as along_with in_addition_to plus
    ainsi_que sans_oublier así_como
    """)
#: After "and", another clause begins and no further item.
NO_ITEM = folded("""
    قد كان كانت لم لن لا ليس ليست إن أن إنه إنها هو هي هم ذلك هذا هذه تلك ما من لو إذا عندما حين بعد قبل أما
    لكن بينما نادرا غالبا عادة أحيانا ربما خاصة خصوصا كثيرا قليلا مؤخرا حاليا أيضا بعضها بعضهم بعضه كلها
    كلهم معظمها معظمهم أكثرها أكثرهم أغلبها أغلبهم جميعها جميعهم it he she they we i you this these those
    there that which who then when if was were is are has have had will would could can may il elle ils
    elles on ce cela c qui que puis quand si est sont a ont era es
    """)
PRONOUNS = folded("هو هي هم هما هن it he she they we il elle ils elles on")
#: Between the lead of an enumeration and its first item.
OPENERS = folded("""
    هي هو هما هم وهي وهو وهما وهم مثل ومثل منها ومنها منهم ومنهم بينها وبينها بينهم وبينهم أبرزها وأبرزها
    أهمها وأهمها تشمل يشمل شمل شملت وتشمل ويشمل وشملت يضم تضم ضم ضمت ويضم وتضم تتضمن يتضمن تضمن تضمنت إما
    سيما التالية الآتية في على من إلى عن بين مع وفي ومن وعلى ضد نحو is are was were include includes
    including included like as namely between among cover covers comprise comprises contain contains with
    for on in to from at by against of into est sont était étaient comprend comprennent inclut incluent
    comme notamment dont entre avec pour sur dans à de son fueron incluye incluyen como entre con para en
    ist sind umfasst zwischen mit für in auf
    """)
#: What stands before a time or a circumstance, never inside an item.
ADVERBIAL = folded("""
    منذ خلال أثناء عندما حين حينما بينما عقب وذلك as since during until when while where because after before
    amid whereas depuis pendant lorsque quand durant desde durante cuando seit während
    """)
#: No item goes on beyond one of these.
FINITE = folded("""
    is are was were have has had will would can could may might said says which who whom est sont était
    étaient a ont avait avaient sera seront qui ha han fue fueron ist sind war waren hat haben
    """)
#: At the start of a sentence, before a comma: when or where, and no item.
LEADING = folded("""
    في وفي خلال وخلال بعد وبعد قبل وقبل منذ ومنذ مع ومع عند وعند in on at after before since during with
    from by en dans à au aux après avant depuis lors pendant avec durante tras desde nach vor seit am im
    """)
#: What a definition stands after.
COPULAS = Phrases("""
    هو هي هم هما عبارة_عن هو_عبارة_عن هي_عبارة_عن يعد تعد يعتبر تعتبر يعني تعني يقصد_به يقصد_بها تعرف_بأنها
    يعرف_بأنه يعرف_بأنها تعرف_بأنه كان كانت is are was were means mean refers_to is_defined_as is_called est
    sont était étaient désigne désignent signifie es son era eran significa ist sind war waren bezeichnet
    bedeutet است
    """)
NEGATIONS = folded("ليس ليست وليس لا لم not pas no nicht değil")
#: Before سبب, which then is no cause of its own: من دون سبب, بلا سبب, أي سبب.
NO_CAUSE_BEFORE = folded("دون بلا بدون أي لأي بأي لا هذا لهذا ذلك لذلك نفس")

_NO_VERBS = folded("""
    يوم يومين يوما يوميا يونيو يوليو يناير يمين يسار يهود يهودي يهودية ياباني يابانية يمني يمنية يورو ياسر
    يوسف يونس يحيى ينبوع يتيم يتامى يقين يد يأس يسوع يعقوب يزيد ينابيع
    """)
_VERBS = folded("""
    تقع تضم تعد تصل تطل تشمل تتضمن تستخدم تعتبر تسمى تعرف توجد تقوم تعمل تهدف تسعى ترى تريد تؤكد تشير تبلغ
    تمتد تحتوي تؤدي تساعد تسمح تكون تعتمد تتكون تنتشر تعرض تعرضت تأسس تأسست تم تمت بدأ بدأت أصبح أصبحت قام
    قامت ظل ظلت عاد عادت وصل وصلت جاء جاءت أدى أدت حصل حصلت شارك شاركت تولى تولت أسس أسست انضم انضمت غادر
    غادرت دامت دام تحدها تحده يحدها
    """)
#: Beginnings of words whose own first letter is و.
_OWN_WAW_PREFIXES = tuple(
    sorted(
        folded("""
            وزار وزير وزراء واشنطن وكال وكيل وكلاء وسائل وسيل وسيط وساط وصول وصاي وطن وظيف وظائف ولاي ولاد
            وليد وثيق وثائق وجود وجوه واجب وادي وارد واقع واسع واحد واضح وفود وقود وقوع وقاي وقائ وعود وضوح
            وباء وراث وراء وائل وسام وديع وداع ودائع وتير ويسك ويكي وحش
            """)
    )
)
_OWN_WAW_WORDS = folded("""
    والد والده والدته والدة والدين والدها والدتها والي وحدة وحدات وحده وحدها وحيد وحيدة وسط وسطى وصف وضع وعد
    وعي وفاة وفد وقت وقتا وقته وقتها وقف وجه وجب وجبة وجبات ورش ورشة ورق ورقة ورد وردة وزن وفق وفقا وتر ويل
    وهم وهن ولد ولدت ولدا ولدي وصفة وقفة وجهة وجهات وحل
    """)
_OWN_LAM = folded("""
    لقاء لقاءات لجنة لجان لبنان لبناني لبنانية لاجئ لاجئين لاجئون لاعب لاعبا لاعبين لواء لوحة لوحات لائحة
    لوائح لغة لغات لون ليل ليلة ليلا ليبيا ليبي ليبية لندن لحظة لحظات لحم لحوم لقب لقاح لقاحات لسان لدى لكن
    لكنه لكنها ليس ليست ليسوا لماذا لعبة لطيف لطيفة لازم لازمة لافت لافتة لافتا لاحق لاحقا لاحقة لم لن لو لا
    له لها لهم لهما لنا لي لك لأن لأنه لأنها لأنهم لما لقد لوس لويد لويس
    """)


_VERBAL_NOUN = re.compile(r"(?:ا.ت?.?ا.|ان..ا.|است..ا.|ت..ي.|م.ا..ة)(?:ه|ها|هم)?")


def is_verb_like(word: str) -> bool:
    """Tell whether a folded word looks like an Arabic verb: يعمل, سيعمل, and common ones that show less."""
    if word in _VERBS:
        return True
    if word[:1] == "س" and len(word) >= 5:
        return word[1] == "ي" and word[2] not in "اد" and not word.startswith(("سياس", "سيطر", "سينم"))
    return word[:1] == "ي" and len(word) >= 4 and word not in _NO_VERBS


def is_verbal_noun(word: str) -> bool:
    """Tell whether a folded Arabic word has the form of a verbal noun: انهيار, استخدام, تأخير, مكافحة."""
    return _VERBAL_NOUN.fullmatch(word) is not None


def joins(word: str) -> bool:
    """Tell whether a folded Arabic word begins with و that means "and": والتعليم, but not وزير."""
    if word[:1] != "و" or len(word) < 3:
        return False
    if word in _OWN_WAW_WORDS:
        return False
    return word[1:3] == "ال" or not word.startswith(_OWN_WAW_PREFIXES)


def is_purpose(word: str) -> bool:
    """Tell whether a folded Arabic word says "in order to" by its form: لتعزيز, ليلتقي, للحد, توقيرا."""
    if word[:1] == "ل":
        return len(word) >= 4 and word not in _OWN_LAM
    return word.endswith("ا") and is_verbal_noun(word[:-1])
