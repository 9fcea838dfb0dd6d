"""Words that carry no subject: particles, pronouns, auxiliaries and question words of seven languages.

A word is looked up whatever language its text is in, so a list leaves out what is a content word in another:
German *war* and *die*, French *car* and *son*, Persian *کرد* (which is *Kurds* in Arabic).
"""

from __future__ import annotations

from rag.text import fold_text


def _folded(words: str) -> frozenset[str]:
    return frozenset(map(fold_text, words.split()))


ARABIC = _folded(
    """
    من في على إلى الى عن مع منذ حتى خلال عبر لدى عند بين بعد قبل نحو حول دون ضد سوى غير تحت فوق أمام و
    أو ثم بل لكن ولكن لكنه لكنها إذ إذا لو لولا أما إما إن أن كي لأن لأنه لأنها بأن بأنه بأنها كأن فإن
    إنه إنها أنه أنها أنهم إنهم هذا هذه هذان هاتان هؤلاء ذلك تلك أولئك ذاك هنا هناك هنالك الذي التي
    الذين اللذان اللذين اللتان اللتين اللواتي اللاتي هو هي هم هن هما أنا نحن أنت أنتم إياه إياها به بها
    بهم بهما له لها لهم لهما لنا لي لك فيه فيها فيهم منه منها منهم عليه عليها عليهم إليه إليها إليهم عنه
    عنها عنهم معه معها معهم لديه لديها لديهم بينهم بينها بينهما كان كانت كانوا يكون تكون يكونون أكون ليس
    ليست ليسوا لا لم لن ما قد لقد سوف س يتم تم كل كلا كلها كله كلهم بعض بعضها بعضهم كما كذلك أيضا فقط
    حيث حين حينما بينما عندما كلما لما مما عما فيما بما إنما ربما مثل مثلما إلا ذو ذات ذي هل متى أين كيف
    لماذا لم كم ماذا من أي أية أيهم بماذا لماذا مم عم بكم أيان أنى ومن فمن ها يا
    """
)

PERSIAN = _folded(
    """
    از به در با که را این آن برای است بود بودند شد شده شدند می های ها تا یا هم نیز اما ولی اگر خود یک هر
    همه باید شود نیست هستند هست باشد باشند دارد دارند وی او ما شما آنها ایشان پس چون زیرا بین روی درباره
    بدون همین همان چنین چه چی کی کجا چگونه چطور چرا چند کدام آیا چقدر
    """
)

ENGLISH = _folded(
    """
    a an the and or but nor if then than that this these those there here of in on at by for from to
    into onto with without within about against between among through during before after above below
    over under again as so such too very just only also not no is are was were be been being am do does
    did doing done has have had having will would shall should can could may might must i me my we us
    our you your he him his she her it its they them their who whom whose which what when where why how
    much many any some each every both either neither own same other another ever tell
    """
)

FRENCH = _folded(
    """
    le la les l un une des du de d au aux et ou mais donc or ni ce cet cette ces c cela ça se s sa ses
    leur leurs mon ma ton ta tes notre nos votre vos il elle ils elles on je j tu nous vous lui eux
    me m te t y en ne n pas plus que qu qui quoi dont où est sont était étaient été être suis es sommes
    êtes sera seront a ont avait avaient avoir ai as avons avez aura dans sur sous avec sans pour par
    entre vers chez depuis pendant avant après contre selon comme si aussi très tout toute tous toutes
    quel quelle quels quelles quand combien comment pourquoi lequel laquelle lesquels lesquelles
    """
)

SPANISH = _folded(
    """
    el la lo los las un una unos unas de del al a ante bajo con contra desde durante en entre hacia
    hasta para por según sin sobre tras y e o u pero mas sino ni que si no sí se su sus mi mis tu tus
    nuestro nuestra nuestros nuestras le les me te nos os él ella ellos ellas yo nosotros usted ustedes
    este esta estos estas ese esa esos esas eso esto aquel aquella es era eran fue fueron ser sido
    siendo está están estaba estaban estar ha han había habían haber he hay como más muy ya también qué
    quién quiénes quien quienes cuál cuáles cual cuales cuándo cuando dónde donde adónde cómo cuánto
    cuánta cuántos cuántas por
    """
)

GERMAN = _folded(
    """
    der das den dem des ein eine einen einem einer eines und oder aber denn sondern nicht kein keine
    keinen keinem keiner ich du er sie es wir ihr mich mir dich dir ihn ihm uns euch ihnen sich sein
    seine seinen seinem seiner ihre ihren ihrem ihrer dieser diese dieses diesen diesem jener jene jenes
    in im an am auf aus bei beim bis durch für gegen mit nach ohne seit über um unter von vom vor zu zum
    zur zwischen ist sind waren wird werden wurde wurden worden bin bist haben hatte hatten habe dass
    daß ob wenn als wie auch nur noch schon sehr so da dort wer wen wem wessen was wann wo wohin
    woher warum wieso weshalb welche welcher welches welchen welchem wieviel viel viele
    """
)

TURKISH = _folded(
    """
    ve veya ya da de ki ile için gibi kadar göre sonra önce ama fakat ancak çünkü eğer bir bu şu o
    bunlar şunlar onlar ben sen biz siz onun onu ona onda ondan bunun bunu buna bunda bundan benim senin
    bizim sizin onların mı mi mu mü değil daha çok en her hiç var yok olan olarak oldu olduğu olduğunu
    olur idi ise ne kim kimi kime kimin kimler nerede nereye nereden nere neresi nasıl neden niçin niye
    hangi hangisi kaç kaçta kaçıncı
    """
)

STOP_WORDS: frozenset[str] = ARABIC | PERSIAN | ENGLISH | FRENCH | SPANISH | GERMAN | TURKISH
"""Every stop word, folded."""

_WHOLE = frozenset(("فقد", "فلم", "وسوي", "وكل"))  # lost, film, settled, entrusted: words of their own


def is_stop_word(folded: str) -> bool:
    """Tell whether a folded word is a stop word, with or without و or ف ("and") before it in Arabic."""
    if folded in STOP_WORDS:
        return True
    return len(folded) > 2 and folded[0] in "وف" and folded[1:] in ARABIC and folded not in _WHOLE
