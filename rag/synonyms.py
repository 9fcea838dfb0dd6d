"""Words of news that name one thing: the dead are called قتلى and victims, an attack تفجير and a blast.

Static vectors and stems do not join them, and a question seldom uses the article's own word.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rag.cues import folded

#: What happened or what is measured; a statement of one state says nothing of another.
STATES: Mapping[str, frozenset[str]] = {
    "dead": folded("""
        قتيل قتيلا قتلى القتلى قتلا مقتل مقتله قتل قتلت قتلوا يقتل تقتل مصرع مصرعه مصرعهم حتفه حتفهم
        وفاة وفيات الوفيات توفي توفيت توفوا مات ماتوا ماتت موت شهيد شهيدا شهداء استشهد استشهاد بحياة
        بأرواح أرواح حياة جثة جثث جثامين الجثث نعوش غرقوا قضوا قضى أودى أودت حصدت حصد ضحايا ضحية dead
        killed kill kills killing died die dying dies death deaths fatalities fatal toll bodies corpses
        lives drowned perished slain mort morts morte mortes tué tués tuées tuer tuant décès décédé
        décédés victimes corps vies péri muertos muertas murieron fallecidos tote toten getötet starben
        ölü öldü کشته"""),
    "wounded": folded("""
        جريح جريحا جرحى الجرحى جرح جرحوا إصابة إصابات أصيب أصيبت أصيبوا إصابتهم مصاب مصابا مصابين مصابون
        المصابين بجروح بجراح يصاب wounded wounding injured injuring injuries injury hurt hospitalised
        hospitalized infected infections blessé blessés blessée blessées blessant blesser heridos heridas
        verletzt verletzte verletzten yaralı زخمی"""),
    "missing": folded("""
        مفقود مفقودا مفقودين مفقودون المفقودين فقد فقدان فقدوا missing unaccounted disparu disparus
        disparues portés desaparecidos vermisst kayıp"""),
    "arrested": folded("""
        اعتقل اعتقلت اعتقال اعتقالات اعتقلوا معتقل معتقلا معتقلين توقيف أوقفت أوقف موقوف موقوفا موقوفين
        القبض احتجاز محتجز محتجزين arrested arrest arrests detained detainees detaining custody arrêté
        arrêtés interpellé interpellés interpellations détenus detenidos verhaftet festgenommen gözaltı"""),
    "released": folded("""
        أفرج الإفراج إفراج إطلاق سراح أطلق released freed release libéré libérés libération liberados"""),
    "rescued": folded("""
        إنقاذ أنقذ أنقذت أنقذوا نجا نجوا ناج ناجيا ناجين الناجين rescued rescue saved survived survivors
        survivor secourus sauvés survivants rescapés rescatados gerettet"""),
    "displaced": folded("""
        نزح نزوح نازح نازحا نازحين النازحين تشريد شرد تهجير هجر إجلاء أجلت أجلي displaced evacuated evacuees
        homeless fled déplacés évacués évacuer desplazados evakuiert"""),
    "kidnapped": folded("خطف اختطف اختطاف رهينة رهائن kidnapped abducted hostages hostage otages enlevés"),
    "recovered": folded("تعاف تعافى متعاف المتعافين شفاء شفي recovered recoveries guéris guérisons"),
    "destroyed": folded("""
        دمر دمرت تدمير مدمر مدمرة دمار انهار انهيار انهارت destroyed destroying collapsed demolished détruit
        détruits détruite détruites détruisant effondrés"""),
    "damaged": folded("""
        تضرر تضررت متضرر متضررة متضررا أضرار damaged damaging damage
        endommagé endommagés endommagées abîmé"""),
    "export": folded("صادرات الصادرات تصدير صدرت صدر exports exported export exportations exportés"),
    "import": folded("واردات الواردات استيراد استوردت imports imported import importations importés"),
    "profit": folded("ربح أرباح أرباحا الأرباح profit profits bénéfice bénéfices gewinn beneficios"),
    "loss": folded("خسارة خسائر الخسائر loss losses perte pertes verluste pérdidas"),
    "revenue": folded("""
        إيراد إيرادات الإيرادات عائدات مبيعات revenue revenues sales turnover recettes ventes chiffre"""),
    "debt": folded("دين ديون الديون مديونية debt debts dette dettes deuda"),
    "turnout": folded("إقبال الإقبال المشاركة turnout participation"),
    "votes": folded("أصوات الأصوات صوت صوتا votes vote voix suffrages"),
    "spending": folded("نفقات النفقات إنفاق مصروفات spending expenditure expenditures outlays dépenses"),
    "deficit": folded("عجز العجز deficit déficit"),
    "growth": folded("نمو النمو growth croissance"),
    "inflation": folded("تضخم التضخم inflation"),
    "unemployment": folded("""
        بطالة البطالة عاطل عاطلين عاطلا unemployment unemployed jobless chômage chômeurs"""),
    "born": folded("ولد ولدت مواليد born births naissances nés née"),
    "temperature": folded("درجة درجات degrees degré degrés"),
}  # fmt: skip

#: What happened. Two sentences that name events of different kinds, and share none, speak of two.
EVENTS: Mapping[str, frozenset[str]] = {
    "attack": folded("""
        هجوم الهجوم هجمات هجوما هجومين تفجير التفجير تفجيرا تفجيرات انفجار الانفجار انفجارا قصف غارة
        غارات فجر انتحاري اشتباكات attack attacks bombing bomb blast explosion raid strike strikes
        shelling shooting attentat attaque attaques explosion frappe bombardement atentado anschlag"""),
    "quake": folded("""
        زلزال الزلزال زلزالا هزة هزات earthquake quake tremor aftershock séisme tremblement terremoto"""),
    "flood": folded("""
        فيضان الفيضان فيضانات الفيضانات سيول السيول سيل flood floods flooding inondation inondations
        crue"""),
    "fire": folded("حريق الحريق حرائق الحرائق حريقا fire fires blaze wildfire wildfires incendie incendies"),
    "storm": folded("""
        عاصفة العاصفة عواصف إعصار الإعصار أعاصير storm storms hurricane cyclone typhoon tornado tempête
        ouragan"""),
    "crash": folded("""
        تصادم اصطدام تحطم انقلاب دهس سقوط crash crashed collision derailed derailment collided accident
        déraillement collision"""),
    "sinking": folded("غرق غرقت انقلب مركب عبارة sank sinking capsized shipwreck ferry naufrage chaviré"),
    "landslide": folded("انهيارات انزلاق landslide mudslide avalanche éboulement glissement"),
    "epidemic": folded("وباء كوليرا فيروس حمى epidemic outbreak cholera virus épidémie choléra"),
    "match": folded("مباراة المباراة نهائي النهائي match final game finale rencontre"),
    "election": folded("""
        انتخابات الانتخابات اقتراع استفتاء election elections referendum vote élection élections scrutin"""),
}  # fmt: skip

_CLITICS = ("و", "ف", "ب", "ل", "وب", "ول", "ال", "وال", "بال", "لل", "وا")
STATE_OF = {word: name for name, listed in STATES.items() for word in listed}
EVENT_OF = {word: name for name, listed in EVENTS.items() for word in listed}


@lru_cache(maxsize=1 << 15)
def forms(token: str) -> tuple[str, ...]:
    """Return a folded word as it stands and without an Arabic conjunction, preposition or article."""
    found = [token]
    for clitic in _CLITICS:
        if token.startswith(clitic) and len(token) - len(clitic) >= 3:
            found.append(token[len(clitic) :])
    return tuple(found)


@lru_cache(maxsize=1 << 15)
def sense(token: str) -> str | None:
    """Return what a folded word names, of `STATES` or `EVENTS`; None for other words."""
    for form in forms(token):
        if form in STATE_OF:
            return STATE_OF[form]
        if form in EVENT_OF:
            return EVENT_OF[form]
    return None
