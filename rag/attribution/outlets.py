"""Agencies and outlets by name, and the words that come before their names; folded when loaded.

Tables are written as people write; `_` stands for a space.
"""

from __future__ import annotations

from rag.cues import folded
from rag.text import fold_text

Names = dict[str, set[str]]


def named(listing: str) -> Names:
    """Return names by their first word, each with the words after it."""
    table: Names = {}
    for name in listing.split():
        first, _, rest = fold_text(name.replace("_", " ")).partition(" ")
        table.setdefault(first, set()).add(rest)
    return table


AGENCIES = named("""
    رويترز فرانس_برس فرانس_بريس فرنس_برس أسوشيتد_برس أسوشييتد_برس أسوشيتدبرس الأسوشيتد_برس الأناضول
    الفرنسية_للأنباء إنترفاكس نوفوستي شينخوا سبوتنيك بلومبرغ بلومبيرغ إيتار_تاس يونايتد_برس د_ب_أ أ_ف_ب
    ا_ف_ب أ_ب أ_ش_أ reuters afp bloomberg tass interfax xinhua sputnik anadolu irna sana efe dpa belga ansa
    upi kyodo associated_press agence_france_presse france_presse united_press press_association
    deutsche_presse_agentur deutschen_presse_agentur anadolu_ajansı aa ap
    """)
#: Written as AP and not as ap: "ap" and "sana" are words of their own.
CAPITAL_AGENCIES = folded("ap aa sana efe dpa upi ansa tass afp")
OUTLETS = named("""
    ouest_france sud_ouest la_croix les_échos le_point mediapart nice_matin la_provence le_soir le_temps
    bfmtv bfm_tv tf1 france_inter europe_1 rtl jeune_afrique times_of_london the_times the_independent
    la_jornada die_presse الجزيرة العربية_نت الحرة الشرقية السومرية السومرية_نيوز شفق_نيوز روداو كردستان_24
    رووداو الميادين بي_بي_سي بي_بي_سي_عربي سي_إن_إن سي_ان_ان فوكس_نيوز سكاي_نيوز سكاي_نيوز_عربية فرانس_24
    دويتشه_فيله دويتشة_فيلة روسيا_اليوم يورونيوز إن_بي_سي سي_بي_إس إيه_بي_سي نيويورك_تايمز النيويورك_تايمز
    واشنطن_بوست الواشنطن_بوست وول_ستريت_جورنال الغارديان لوموند لوفيغارو فايننشال_تايمز ديلي_تلغراف بوليتيكو
    أكسيوس المونيتور دير_شبيغل يديعوت_أحرونوت هآرتس القدس_العربي العربي_الجديد إندبندنت_عربية
    مونت_كارلو_الدولية al_jazeera al_arabiya al_hurra al_mayadeen al_ahram bbc bbc_news cnn fox_news
    sky_news euronews france_24 france_info franceinfo rfi nbc nbc_news cbs cbs_news abc_news npr msnbc
    politico axios new_york_times washington_post wall_street_journal financial_times guardian
    daily_telegraph economist le_monde le_figaro libération le_parisien der_spiegel die_zeit die_welt
    spiegel bild zeit süddeutsche_zeitung el_país el_mundo la_vanguardia la_repubblica la_stampa haaretz ard
    zdf tagesschau trt trt_haber hürriyet milliyet cumhuriyet sabah deutsche_welle rudaw state_television
    state_tv state_radio state_media local_media local_press
    """)
#: Names of outlets that are words of the language as well: only in capitals.
CAPITAL_OUTLETS = folded("""
    guardian economist spiegel bild zeit sabah liberation politico trt cnn bbc rfi npr
    """)
#: A run of capitals with one of these in it is an outlet.
OUTLET_WORDS = folded("""
    times post journal news herald tribune gazette tv radio television daily telegraph observer chronicle
    info magazine weekly globe zeitung zeitschrift rundfunk allgemeine dépêche gazetesi televizyonu diario
    """)
AGENCY_WORDS = folded("agency agence agencia agentur nachrichtenagentur ajansı presseagentur wire")
#: What an outlet is called, before its name.
OUTLET_NOUNS = folded("""
    newspaper daily paper magazine channel broadcaster website network quotidien journal hebdomadaire chaîne
    magazine site radio télévision diario periódico cadena canal revista zeitung magazin sender zeitschrift
    gazetesi televizyonu kanalı news the
    """)
AGENCY_HEADS = folded("وكالة وكالات الوكالة")
OUTLET_HEADS = folded("""
    قناة صحيفة جريدة مجلة موقع شبكة إذاعة راديو تلفزيون محطة فضائية القناة الصحيفة الجريدة المجلة الإذاعة
    التلفزيون الموقع الشبكة الفضائية
    """)
#: These mean an outlet only with its name after them.
NAMED_HEADS = folded("موقع شبكة محطة الموقع الشبكة راديو")
#: An agency of these is no news agency: وكالة الفضاء.
NOT_NEWS = folded("""
    الدولية الطاقة الفضاء ناسا الاستخبارات المخابرات البيئة التنمية حماية غوث إدارة الطيران الأدوية
    المهاجرين الفيدرالية الاتحادية الاستثمار الضمان الأمن اللاجئين سفر سياحة إعلان إعلانات
    """)
