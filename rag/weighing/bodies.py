"""Names of one body or one country in several languages, for comparing what is cited."""

from __future__ import annotations

from rag.cues import folded
from rag.text import fold_text

#: International bodies by their names and abbreviations.
_BODIES = """
    الأمم المتحدة|الأمم_المتحدة|united nations|un|onu|nations unies
    منظمة الصحة العالمية|الصحة العالمية|world health organization|who|oms|organisation mondiale de la santé
    منظمة الأغذية والزراعة|الفاو|فاو|منظمة الأغذية والزراعة للأمم المتحدة|fao
    اليونيسف|يونيسف|يونيسيف|اليونيسيف|منظمة الأمم المتحدة للطفولة|unicef|united nations children's fund
    اليونسكو|يونسكو|unesco
    المفوضية السامية للأمم المتحدة لشؤون اللاجئين|مفوضية اللاجئين|unhcr|un refugee agency|hcr
    برنامج الأغذية العالمي|برنامج الغذاء العالمي|world food programme|world food program|wfp|pam
    صندوق النقد الدولي|صندوق النقد|international monetary fund|imf|fmi|fonds monétaire international
    البنك الدولي|world bank|banque mondiale
    حلف شمال الأطلسي|حلف الناتو|الناتو|ناتو|nato|otan|north atlantic treaty organization
    الاتحاد الأوروبي|european union|eu|ue|union européenne
    الاتحاد الأفريقي|الاتحاد الإفريقي|african union|au|union africaine
    جامعة الدول العربية|الجامعة العربية|arab league|league of arab states|ligue arabe
    مجلس التعاون الخليجي|مجلس التعاون|gulf cooperation council|gcc|ccg
    منظمة التعاون الإسلامي|organisation of islamic cooperation|oic
    الوكالة الدولية للطاقة الذرية|international atomic energy agency|iaea|aiea
    المحكمة الجنائية الدولية|international criminal court|icc|cpi
    اللجنة الدولية للصليب الأحمر|الصليب الأحمر|icrc|cicr|red cross|croix-rouge
    أطباء بلا حدود|médecins sans frontières|doctors without borders|msf
    منظمة العفو الدولية|amnesty international|amnesty
    هيومن رايتس ووتش|human rights watch|hrw
    منظمة الدول المصدرة للنفط|أوبك|opec|opep
    الاتحاد الدولي لكرة القدم|الفيفا|فيفا|fifa
    الاتحاد الأوروبي لكرة القدم|اليويفا|يويفا|uefa
    اللجنة الأولمبية الدولية|international olympic committee|ioc|cio
    منظمة التجارة العالمية|world trade organization|wto|omc
    الإنتربول|إنتربول|interpol
    وكالة فرانس برس|فرانس برس|agence france-presse|afp
    وكالة رويترز|رويترز|reuters
    وكالة أسوشيتد برس|أسوشيتد برس|associated press|ap
    تنظيم الدولة الإسلامية|تنظيم الدولة|داعش|islamic state|isis|is|isil|daesh|état islamique|daech
    البنتاغون|وزارة الدفاع الأميركية|pentagon|us department of defense
    وكالة الفضاء الأميركية|ناسا|nasa
    وكالة الاستخبارات المركزية|cia|central intelligence agency"""

#: Countries: what is said of a country is compatible with what is said of a town.
COUNTRIES = folded("""
    أفغانستان ألبانيا الجزائر أنغولا الأرجنتين أرمينيا أستراليا النمسا أذربيجان البحرين بنغلاديش
    بيلاروسيا بلجيكا بوليفيا البوسنة البرازيل بلغاريا الكاميرون كندا تشاد تشيلي الصين كولومبيا الكونغو
    كوبا قبرص الدنمارك جيبوتي الإكوادور مصر إريتريا إستونيا إثيوبيا فنلندا فرنسا جورجيا ألمانيا غانا
    اليونان غينيا هايتي هنغاريا المجر آيسلندا الهند إندونيسيا إيران العراق أيرلندا إسرائيل إيطاليا
    اليابان الأردن كازاخستان كينيا الكويت لاتفيا لبنان ليبيا ليتوانيا مدغشقر ماليزيا مالي مالطا
    موريتانيا المكسيك مولدوفا منغوليا المغرب موزمبيق ميانمار نيبال هولندا نيجيريا النيجر النرويج عمان
    باكستان فلسطين بنما بيرو الفلبين بولندا البرتغال قطر رومانيا روسيا رواندا السعودية السنغال صربيا
    سنغافورة سلوفاكيا سلوفينيا الصومال إسبانيا سريلانكا السودان السويد سويسرا سوريا تايوان طاجيكستان
    تنزانيا تايلاند تونس تركيا تركمانستان أوغندا أوكرانيا الإمارات بريطانيا أميركا أمريكا أوروغواي
    أوزبكستان فنزويلا فيتنام اليمن زامبيا زيمبابوي أوروبا آسيا أفريقيا afghanistan albania algeria
    angola argentina armenia australia austria azerbaijan bahrain bangladesh belarus belgium bolivia
    bosnia brazil bulgaria cameroon canada chad chile china colombia congo cuba cyprus denmark djibouti
    ecuador egypt eritrea estonia ethiopia finland france germany ghana greece guinea haiti hungary
    iceland india indonesia iran iraq ireland israel italy japan jordan kazakhstan kenya kuwait latvia
    lebanon libya lithuania madagascar malaysia mali malta mauritania mexico moldova mongolia morocco
    mozambique myanmar nepal netherlands nigeria niger norway oman pakistan palestine panama peru
    philippines poland portugal qatar romania russia rwanda senegal serbia singapore slovakia slovenia
    somalia spain sudan sweden switzerland syria taiwan tajikistan tanzania thailand tunisia turkey
    uganda ukraine britain england scotland wales america uruguay uzbekistan venezuela vietnam yemen
    zambia zimbabwe europe asia africa algérie allemagne arménie australie autriche belgique bolivie
    brésil bulgarie cameroun chili chine colombie chypre danemark égypte espagne estonie éthiopie
    finlande grèce hongrie inde indonésie irak irlande islande italie japon jordanie koweït lettonie
    liban libye lituanie malaisie mauritanie mexique mongolie maroc norvège pays-bas palestine pérou
    pologne roumanie russie sénégal serbie slovaquie slovénie somalie soudan suède suisse syrie tchad
    tunisie turquie ukraine angleterre écosse yémen amérique asie afrique""")

#: Towns that news often names.
TOWNS = folded("""
    بغداد البصرة الموصل كركوك أربيل النجف كربلاء الرمادي الفلوجة بعقوبة الناصرية سامراء تكريت السليمانية
    دهوك الحلة دمشق حلب حمص حماة اللاذقية طرطوس درعا إدلب الرقة تدمر بيروت طرابلس صيدا صور بعلبك عمان
    إربد الزرقاء العقبة القدس غزة رام نابلس الخليل جنين بيت رفح القاهرة الإسكندرية الجيزة السويس بورسعيد
    أسوان الأقصر طنطا المنصورة الخرطوم أمدرمان بورتسودان دارفور بنغازي مصراتة سرت درنة سبها تونس صفاقس
    سوسة القيروان الجزائر وهران قسنطينة عنابة الرباط مراكش فاس طنجة أغادير مكناس نواكشوط الرياض جدة مكة
    الدمام الطائف صنعاء عدن تعز الحديدة مأرب المكلا أبوظبي دبي الشارقة الدوحة المنامة مسقط طهران أصفهان
    مشهد تبريز إسطنبول أنقرة إزمير كابول قندهار هرات كراتشي لاهور دلهي مومباي بكين شنغهاي طوكيو سيول
    بانكوك مانيلا جاكرتا موسكو كييف وارسو براغ فيينا برلين ميونخ هامبورغ باريس ليون مرسيليا لندن مانشستر
    روما ميلانو مدريد برشلونة لشبونة بروكسل أمستردام جنيف زيورخ ستوكهولم أوسلو هلسنكي أثينا واشنطن
    نيويورك شيكاغو بوسطن هيوستن تورنتو مونتريال مكسيكو هافانا سيدني ملبورن نيروبي أديس لاغوس داكار
    الأنبار نينوى ديالى ميسان بابل كردستان سيناء الصعيد الشمال الجنوب""")

_OF_NAME: dict[str, int] = {}
for _number, _line in enumerate(_BODIES.split("\n")[1:]):
    for _name in _line.strip().split("|"):
        _OF_NAME.setdefault(fold_text(_name.replace("_", " ")), _number)


def body(tokens: list[str]) -> int | None:
    """Return the number of the international body that folded words name, with or without an article."""
    for first in (0, 1):
        name = " ".join(tokens[first:])
        found = _OF_NAME.get(name, _OF_NAME.get(name.removeprefix("ال")))
        if found is not None and (first == 0 or tokens[0] in ("the", "l", "la", "le")):
            return found
    return None
