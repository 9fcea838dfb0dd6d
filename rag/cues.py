"""The small words that questions are asked with, in seven languages.

Every table is written as people write and folded once when the module is loaded, so that matching is done on
folded text only.
"""

from __future__ import annotations

from rag.schema import Kind
from rag.text import fold_text


def folded(words: str) -> frozenset[str]:
    """Return the words of `words`, parted by white space and folded; `_` stands for a space inside one."""
    return frozenset(fold_text(word.replace("_", " ")) for word in words.split())


#: Phrases that settle what is asked for, wherever they stand in the question; longer ones are tried first.
PHRASES: dict[str, Kind] = {}

_PHRASES: dict[Kind, str] = {
    "person": """
        who whom whose ليمن لمن بمن ممن فيمن من_هو من_هي من_هم من_هما من_الذي من_التي من_الذين من_كان من_كانت
        quién quiénes wer wen wem wessen kim kime kimi kimin kimdir kimler kimlerdir kimden kimle
        چه_کسی چه_کسانی کیست چه_شخصی کدام_شخص""",
    "date": """
        متى ومتى منذ_متى إلى_متى حتى_متى أيان when since_when until_when quand cuándo cuando wann
        ne_zaman ne_zamandan ne_vakit چه_زمانی چه_زمان چه_وقت چه_موقع چه_سالی چه_تاریخی چه_روزی kaç_yılında
        hangi_yıl hangi_yılda""",
    "place": """
        أين بأين إلى_أين من_أين لأين where donde dónde adónde wo wohin woher nerede nereye nereden neresi
        neresidir neresinde nerededir nerelidir کجا کجاست کجای d'où""",
    "number": """
        كم بكم وكم فكم how_many how_much how_long how_old how_tall how_far how_big how_large how_high
        how_deep how_wide how_fast how_heavy how_often how_few how_frequently how_hot how_cold how_thick
        how_expensive how_soon how_late how_near how_close how_young how_populous combien cuánto cuánta
        cuántos cuántas cuanto cuanta cuantos cuantas wie_viel wie_viele wieviel wieviele wie_lange wie_alt
        wie_hoch wie_groß wie_weit wie_lang wie_oft kaç kaçtır kaçıncı ne_kadar ne_kadardır چند چقدر
        چه_تعداد چه_مقدار چه_میزان""",
    "reason": """
        لماذا ولماذا فلماذا لأي_سبب علام ما_سبب ما_أسباب ما_السبب ما_الداعي ما_الدافع بسبب_ماذا نتيجة_ماذا
        من_أجل_ماذا لأجل_ماذا لأي_غرض لأي_هدف لأي_غاية ليش علاش ما_الذي_دفع ما_الذي_دعا ما_الذي_حدا
        ما_الذي_جعل ما_الذي_أدى ما_الذي_سبب ما_الذي_تسبب why for_what_reason for_what_purpose what_caused
        what_made what_led what_prompted what_triggered what_motivated how_come what_is_behind what_was_behind
        on_what_grounds pourquoi pour_quelle_raison pour_quelles_raisons dans_quel_but à_cause_de_quoi
        qu_est_ce_qui_a_causé qu_est_ce_qui_a_provoqué qu_est_ce_qui_a_poussé por_qué para_qué por_qué_motivo
        por_qué_razón a_qué_se_debe warum weshalb wieso weswegen wozu aus_welchem_grund neden niçin niye
        hangi_nedenle چرا به_چه_دلیل چه_دلیلی به_چه_علت""",
    "manner": """
        كيف وكيف فكيف ما_كيفية ما_هي_كيفية ما_طريقة ما_هي_طريقة ماهي_طريقة ما_هي_الطريقة بأي_طريقة بأي_شكل
        بأي_أسلوب بأي_وسيلة how in_what_way in_what_manner by_what_means comment de_quelle_manière
        de_quelle_façon par_quel_moyen wie auf_welche_weise cómo de_qué_manera de_qué_modo de_qué_forma
        nasıl ne_şekilde چگونه چطور""",
    "definition": """
        ما_معنى وما_معنى ما_هو_معنى ما_المقصود ما_هو_المقصود ما_تعريف ما_هو_تعريف ما_مفهوم ما_هو_مفهوم
        ماذا_يعني ماذا_تعني ماذا_يقصد what_is_meant_by what_is_the_meaning_of what_is_the_definition_of
        que_signifie que_veut_dire c_est_quoi qué_significa was_bedeutet was_versteht_man_unter ne_demek
        ne_demektir یعنی_چه""",
    "other": """
        كيف_حال كيف_حالك كيف_حاله كيف_حالها كيف_حالكم كيف_الحال كيف_يسمى كيف_تسمى how_are_you how_do_you_do
        how_about comment_s_appelle comment_s_appelait comment_s_appellent comment_se_nomme
        comment_se_prénomme comment_allez_vous comment_vas_tu comment_ça_va wie_heißt wie_heißen wie_hieß
        wie_lautet wie_geht cómo_se_llama cómo_se_llamaba cómo_se_llaman cómo_está cómo_estás nasılsınız
        nasıl_bir""",
    "yes_no": """
        هل وهل فهل آیا""",
}
for _kind, _list in _PHRASES.items():
    for _phrase in sorted(folded(_list)):
        PHRASES.setdefault(_phrase, _kind)

#: Cues that leave it to the next noun what is asked for.
WHAT = folded("""
    ما ماذا وما فما ماهو ماهي بماذا وماذا فيم فيما بم مم عم عما what que quoi qué qu was wovon womit worin
    woran ne neyi neyin neye nedir nelerdir چه چیست چیزی""")
WHICH = folded("""
    أي أية أيّ بأي لأي وأي فأي أيهما أيها which quel quelle quels quelles lequel laquelle lesquels cuál cuáles
    cual cuales welche welcher welches welchen welchem hangi hangisi hangisidir
    hangileri کدام كدامند کدامیک""")

#: Cues that ask "who" only where the question starts; elsewhere they mean "from" or "which".
WHO_FIRST = folded("من ومن فمن qui کی")
#: Cues of place only where the question starts, because without its accent the word means "or".
WHERE_FIRST = folded("où fin فين وين")

#: Cues of manner that are other words too: only where the question starts, or after a word or two.
EARLY = folded("comment wie cómo")
#: Orders that stand for a question, where it starts.
ORDERS: dict[str, Kind] = {
    **dict.fromkeys(folded("عرّف define définis définissez definiere define"), "definition"),
    **dict.fromkeys(folded("علل علّل"), "reason"),
    **dict.fromkeys(folded("اذكر عدّد سمّ list enumerate name citez énumérez nommez nenne enumera"), "list"),
}

#: First words that open a question answered by yes or no.
YES_NO_FIRST = folded("""
    هل أليس ألم أما is are was were do does did has have had can could will would should may might
    آیا ist sind war waren hat haben""")
YES_NO_PARTICLES = folded("mi mı mu mü midir mıdır mudur müdür")

#: Words between the cue and the noun that it asks about.
LIGHT = folded("""
    هو هي هم هما هن كان كانت يكون تكون إن الذي التي is are was were the a an be been of et est sont était
    étaient le la les l un une des du de d es son era eran fue fueron el los las del ist sind war waren der
    die das den dem des ein eine einen است بود هستند dir dır ce cet cette que do does did has have had will
    يبلغ تبلغ بلغ بلغت""")

#: Nouns that ask for a property of the thing named after them, not for what it is.
PROPERTIES = folded("""
    لون لغة عملة ديانة دين شكل نوع موضوع رأي موقف دور مهنة جنسية علاقة الفرق فرق نتيجة نتائج مصير رمز شعار لقب
    وظيفة مهمة طبيعة محتوى مضمون عنوان مصدر أصل حالة وضع خطة اختصاص تخصص اهتمام مستوى أثر تأثير رد
    متوسط ترجمة اختصار مثال قصة علاج عقوبة سعة قبلة
    colour color language currency religion shape type kind sort topic subject opinion position role job
    profession nationality relation relationship difference result outcome fate symbol motto nickname function
    title theme status source origin effect impact plan response content
    couleur langue monnaie forme type sujet avis rôle métier nationalité différence résultat sort symbole
    devise surnom fonction titre source origine effet plan réponse
    """)
#: Nouns of place that ask which, even with a name after them.
RELATIONAL_PLACES = folded("""
    عاصمة العاصمة مقر موقع مسقط مكان capital place location headquarters capitale lieu endroit hauptstadt ort
    başkenti başkent پایتخت
    """)

#: Adjectives that stand before the noun asked about: "ما هي أكبر مدينة", "what was the first city".
RANKS = folded("""
    أول أولى أبرز أكبر أصغر أطول أعلى أقدم أهم آخر أشهر أفضل أكثر أقل أخطر أحدث أقوى أسوأ أسرع أعمق أقرب
    أبعد أفقر أغنى أثقل أشد أجمل أوسع أضخم أعظم ثاني ثالث رابع first second third largest biggest smallest
    oldest last highest tallest longest main most best worst other same new current additional premier
    première plus grand grande dernier dernière primer primera último última mayor größte erste letzte ilk
    en büyük son نخستین اولین بزرگترین آخرین""")

#: "What is the name of the …": the noun after it is the one that counts.
NAME = folded("اسم أسماء اسمه اسمها الاسم name names nom noms nombre nombres namen ismi isim adı adları نام")

NOUNS: dict[Kind, frozenset[str]] = {
    "person": folded("""
        رئيس رئيسة وزير وزيرة قائد زعيم زعيمة أمين مدير مديرة ملك ملكة أمير أميرة متحدث متحدثة ناطق ناطقة
        مسؤول مسؤولة سفير سفيرة مؤسس مخترع مكتشف مؤلف كاتب شاعر مخرج ممثل ممثلة لاعب لاعبة مدرب عالم رجل
        امرأة شخص شخصية مستشار مستشارة باحث مبعوث منسق نائب خليفة سلطان نبي صحابي فيلسوف طبيب مهندس فنان مطرب
        مغني زوجة زوج ابن ابنة والد والدة أب أم أخ أخت مساعد وكيل عضو حاكم محافظ
        person man woman president minister premier commander leader chief king queen prince princess
        spokesperson spokesman spokeswoman ambassador founder inventor discoverer author writer poet director
        actor actress player coach scientist secretary adviser advisor governor wife husband son daughter
        father mother singer artist emperor general philosopher
        président présidente ministre commandant chef roi reine porte_parole ambassadeur fondateur auteur
        écrivain réalisateur acteur actrice joueur conseiller épouse femme mari fils fille personne secrétaire
        presidente ministro ministra comandante líder jefe rey reina portavoz embajador fundador autor
        escritor esposa esposo hijo hija asesor persona secretario
        präsident präsidentin minister ministerin kommandeur anführer könig königin sprecher sprecherin
        botschafter gründer autor schriftsteller frau mann sohn tochter generalsekretär berater
        başkan başkanı bakan bakanı komutan komutanı lider lideri kral sözcüsü sözcü büyükelçi kurucusu yazar
        yazarı eşi oğlu kızı kişi padişah sultan genel_sekreteri başbakanı başbakan cumhurbaşkanı
        رئیس وزیر فرمانده رهبر پادشاه سخنگو سخنگوی سفیر بنیانگذار نویسنده همسر پسر دختر دبیرکل مشاور شخص"""),
    "date": folded("""
        عام سنة يوم شهر تاريخ وقت موعد زمن عقد قرن حقبة فترة أسبوع ساعة العام السنة اليوم الشهر التاريخ الموعد
        year date day month time century decade era period week hour
        année date jour mois heure siècle décennie période moment époque
        año fecha día mes hora siglo década época momento
        jahr jahre jahres datum tag tage monat zeit jahrhundert jahrzehnt uhrzeit woche
        yıl yılı yılında yılda tarih tarihi tarihte gün ay yüzyıl yüzyılda dönem dönemde
        سال سالی تاریخ روز ماه زمان قرن دهه ساعت"""),
    "place": folded("""
        مدينة دولة بلد بلاد مكان عاصمة محافظة منطقة قارة قرية ولاية إقليم موقع مقر قاعدة جزيرة نهر بحر جبل
        شارع حي سوق مطار مسقط
        city country place capital province region continent village state location town island river sea
        mountain district area base headquarters airport
        ville pays endroit lieu capitale province région continent village état île fleuve mer montagne
        ciudad país lugar capital provincia región continente pueblo estado isla río mar montaña
        stadt land ort hauptstadt provinz region kontinent dorf bundesland insel fluss meer berg
        şehir şehirde şehri ülke ülkede ülkesi yer başkent başkenti il ilde bölge bölgede kıta köy ada nehir
        شهر شهری کشور کشوری مکان پایتخت استان منطقه قاره روستا جزیره رود"""),
    "organisation": folded("""
        تنظيم حركة حزب منظمة شركة جماعة جهة وزارة وكالة صحيفة قناة هيئة فريق نادي ناد جامعة مجموعة ميليشيا
        فصيل كتيبة كتائب مؤسسة مركز بنك مصرف تحالف محكمة جمعية
        organization organisation group party company movement ministry agency newspaper team club university
        militia faction institution bank band coalition
        organisation groupe parti entreprise société mouvement ministère agence journal équipe club université
        milice
        organización grupo partido empresa compañía movimiento ministerio agencia periódico equipo universidad
        milicia
        gruppe partei unternehmen firma bewegung ministerium agentur zeitung mannschaft verein universität
        miliz örgüt örgütü parti partisi şirket şirketi hareket bakanlık gazete takım kulüp üniversite grup
        سازمان گروه حزب شرکت جنبش وزارت خبرگزاری روزنامه تیم باشگاه دانشگاه"""),
    "number": folded("""
        عدد العدد أعداد عديد تعداد قيمة نسبة مقدار حجم مساحة طول ارتفاع عمر سعر تكلفة معدل درجة مبلغ حصيلة مدة
        مسافة وزن سرعة عمق عرض كمية ثمن ميزانية رقم كلفة راتب
        number population amount percentage percent area length height age price cost rate value total toll
        distance weight speed depth duration budget size temperature sum salary
        nombre population montant pourcentage superficie longueur hauteur âge prix coût taux valeur bilan
        distance poids vitesse durée taille somme
        número población cantidad porcentaje superficie longitud altura edad precio costo coste tasa valor
        distancia peso velocidad duración tamaño suma monto
        anzahl zahl einwohnerzahl bevölkerung betrag prozentsatz fläche länge höhe alter preis kosten rate
        wert entfernung gewicht geschwindigkeit dauer größe summe
        sayısı sayı nüfusu nüfus miktarı miktar yüzdesi yüzölçümü uzunluğu yüksekliği yaşı fiyatı değeri
        تعداد جمعیت مقدار درصد مساحت طول ارتفاع سن قیمت هزینه نرخ ارزش مبلغ"""),
    "reason": folded("""
        سبب أسباب السبب الأسباب دافع هدف الهدف غرض الغرض غاية
        reason reasons cause causes purpose aim goal motive
        raison raisons cause causes but objectif motif
        razón razones causa causas motivo objetivo propósito
        grund gründe ursache ursachen zweck ziel
        nedeni nedenleri sebebi amacı
        دلیل دلایل علت هدف"""),
}  # fmt: skip

#: What stands before a place, beside a joined ب.
PLACE_LEADS = folded("""
    في وفي إلى من قرب قرابة بين داخل خارج شمال جنوب شرق غرب وسط شمالي جنوبي نحو صوب عبر فوق in at near from to
    inside outside into around à dans en chez vers près depuis de en hacia cerca desde nach bei aus nahe در
    به از""")

#: Verbs that report what somebody says, beside whom a name stands.
SAYING = folded("""
    قال قالت وقال وقالت أعلن أعلنت وأعلن أكد أكدت وأكد أضاف أضافت وأضاف ذكر ذكرت وذكر صرح صرحت أشار أشارت
    أوضح أوضحت كشف كتب يقول تقول يرى ترى اعتبر واعتبر اتهم هدد توعد وصف أفاد said says told announced added
    stated declared wrote argued explained claimed a_dit déclaré annoncé affirmé ajouté dijo afirmó anunció
    declaró señaló sagte erklärte teilte dedi söyledi açıkladı belirtti گفت اعلام افزود""")

#: Nouns that ask for a number and say nothing about it.
AMOUNT = folded("""
    عدد العدد أعداد عديد تعداد قيمة مقدار مبلغ حصيلة رقم كمية number amount value total toll sum nombre
    montant bilan somme valeur número cantidad valor suma monto anzahl zahl betrag summe wert sayısı sayı
    miktarı miktar değeri مقدار""")

#: What a number measures, by the noun that asks for it or the unit that follows it.
MEASURES: dict[str, frozenset[str]] = {
    "money": folded("""
        كلف كلفت يكلف تكلف بيع بيعت دفع دفعت يدفع تدفع أنفق أنفقت cost costs pay paid spend spent earn earned
        قيمة سعر تكلفة كلفة ثمن مبلغ ميزانية راتب دولار دولارا دولارات يورو دينار دنانير ريال ريالا جنيه جنيها
        ليرة درهم روبل فرنك ين يوان price cost budget salary dollar dollars euro euros pound pounds cents
        rouble rubles prix coût montant salaire livre livres dinar dinars riyal riyals precio costo coste
        monto dólar dólares peso pesos libra libras preis kosten betrag pfund fiyatı lira lirası dolar avro
        قیمت هزینه دلار یورو ریال تومان usd eur gbp"""),
    "percent": folded("""
        نسبة percentage percent pourcentage porcentaje prozent prozentsatz yüzdesi yüzde درصد المئة المائة
        بالمئة بالمائة بالمئه"""),
    "time": folded("""
        مدة عمر سنة سنوات عاما أعوام عام يوم يوما أيام شهر شهرا أشهر شهور أسبوع أسابيع أسبوعا ساعة ساعات
        دقيقة دقائق ثانية ثوان قرن قرنا قرون عقد عقود عقدا duration age year years day days month months week
        weeks hour hours minute minutes second seconds century centuries decade decades old durée âge an ans
        année années jour jours mois semaine semaines heure heures minute siècle siècles duración edad año
        años día días mes meses semana semanas hora horas minuto minutos siglo siglos dauer alter jahr jahre
        jahren tag tage tagen monat monate monaten woche wochen stunde stunden minuten yaşı yıl yıldır gün ay
        ayda hafta saat dakika سن سال روز ماه هفته ساعت دقیقه long lang lange"""),
    "length": folded("""
        طول ارتفاع مسافة عمق عرض كم كلم كيلومتر كيلومترا كيلومترات متر مترا أمتار ميل ميلا أميال سنتيمتر قدم
        length height distance depth width tall far high deep wide km kilometre kilometres kilometer
        kilometers m metre metres meter meters mile miles cm foot feet ft longueur hauteur kilomètre
        kilomètres mètre mètres longitud altura distancia kilómetro kilómetros metro metros länge höhe
        entfernung hoch weit uzunluğu yüksekliği kilometre metre کیلومتر متر"""),
    "weight": folded("""
        وزن كيلوغرام كيلوغراما غرام طن طنا أطنان كجم كغ weight heavy kg kilogram kilograms gram grams ton tons
        tonne tonnes poids kilos peso gewicht kilogramm tonnen ağırlığı کیلوگرم گرم تن"""),
    "area": folded("""
        مساحة مربع مربعا area square superficie carré carrés cuadrados fläche quadrat yüzölçümü مساحت"""),
}  # fmt: skip
