"""The words that say who said it in English and French, and the common ones of three other languages.

Tables are written as people write and folded when the module is loaded; `_` stands for a space.
"""

from __future__ import annotations

from rag.cues import folded
from rag.stopwords import ENGLISH, FRENCH, GERMAN, SPANISH, TURKISH
from rag.text import fold_text

SAID = folded("""
    complained cautioned replied responded concluded lamented asserted contended reiterated stressed
    emphasized emphasised revealed joked observed urged said says say promised pledged hinted believes
    alleged suggested testified recalled tweeted announced stated declared warned added explained argued
    claimed confirmed denied insisted noted predicted wrote vowed acknowledged told tells reported remarked
    continued juge raconte témoigne regrette résume insiste promet soutient détaille déclare affirme estime
    explique assure indique précise souligne prévient rappelle ajoute confirme dit annonçait affirmait
    assurait indiquait expliquait manifestó comentó sostuvo reiteró subrayó denunció confirmó precisó
    expresó dijo dijeron afirmó declaró anunció aseguró señaló explicó añadió agregó indicó advirtió informó
    afirma asegura explica señala bestätigte meinte mahnte forderte sagte sagten sagt erklärte erklärten
    betonte warnte berichtete meldete behauptete dedi söyledi açıkladı belirtti bildirdi ekledi kaydetti
    duyurdu vurguladı aktardı
    """)
#: After a form of "have".
PARTICIPLES = folded("""
    confié martelé lancé insisté regretté jugé soutenu répondu relevé résumé détaillé observé témoigné
    raconté promis fustigé déploré déclaré affirmé annoncé indiqué ajouté expliqué assuré estimé précisé dit
    confirmé souligné averti rappelé démenti reconnu écrit poursuivi prévenu rapporté dicho afirmado
    declarado anunciado asegurado señalado explicado añadido indicado gesagt erklärt said announced warned
    confirmed denied stated insisted
    """)
HAVE = folded("""
    aient ait aurait auraient aura a ont avait avaient ha han había habían has have had hat haben hatte
    """)
#: English participles: after an English "have" and not after the article or the French verb "a".
ENGLISH_PARTICIPLES = folded("said announced warned confirmed denied stated insisted")
ENGLISH_HAVE = folded("has have had")
#: Between "have" and its participle.
BETWEEN = folded("""
    t il elle on également aussi déjà lui même ensuite encore also since already repeatedly ya también
    """)
LAST_VERBS = folded("""
    duyurdu vurguladı aktardı dedi söyledi açıkladı belirtti bildirdi ekledi kaydetti
    """)
CONTINUING = folded("""
    added continued ajouté ajoute poursuivi añadió agregó añadido ekledi hinzu
    """)
THAT = folded("that que qu dass daß")
ACCORDING = tuple(
    tuple(fold_text(phrase).split("_"))
    for phrase in (
        *("according_to", "selon", "d_après", "según", "laut"),
        *("nach_angaben_von", "nach_angaben", "citing", "citant"),
    )
)
FOLLOWING = folded("zufolge göre")
QUOTED_BY = tuple(
    tuple(p.split("_")) for p in ("quoted_by", "cite_par", "citee_par", "citado_por", "zitiert_von")
)
PRONOUNS = {"he": False, "she": True, "they": None, "il": False, "elle": True, "ils": None, "elles": None,
            "er": False, "sie": None, "ella": True}  # fmt: skip
DETERMINERS = folded("""
    the a an this that le la les l un une des du d el los las una unos der die das den dem ein eine einem
    einen einer bir its his her their son sa ses
    """) - {"that"}
JOINING = folded("""
    of for in at de du des d l la le à au von der des für in at del los las y and & the al to
    """)
NAME_JOINING = folded("al el bin ibn ben abu abd de del der van von bint di da la le du d o")
TITLES_LATIN = folded("""
    créateur créatrice cofondateur joueur joueuse rappeur chanteur chanteuse acteur actrice diplomate
    spécialiste mère père politologue sociologue militant militante syndicaliste pompier skipper entraîneur
    sélectionneur executive scientist producer congressman congresswoman lawmaker backbencher mp campaigner
    activist pundit surgeon superintendent constable editor columnist biologist meteorologist geologist
    strategist treasurer principal rabbi imam archbishop cardinal president premier minister secretary
    spokesman spokeswoman spokesperson governor mayor chief director head commander general colonel captain
    major lieutenant ambassador senator deputy chairman chairwoman chair leader adviser advisor analyst
    economist professor doctor researcher expert coordinator envoy judge prosecutor sheriff farmer nurse
    teacher coach player author writer historian engineer speaker king queen prince bishop pope member
    resident owner manager lawyer journalist representative inspector founder président présidente ministre
    secrétaire porte-parole parole maire préfet préfète directeur directrice chef cheffe commandant général
    colonel capitaine ambassadeur ambassadrice sénateur député députée conseiller conseillère analyste
    économiste professeur professeure docteur chercheur chercheuse experte juge procureur procureure
    agriculteur infirmière écrivain historien ingénieur roi reine avocat avocate journaliste coordinateur
    responsable fondateur gouverneur presidente presidenta ministro ministra portavoz alcalde alcaldesa
    director directora jefe jefa gobernador gobernadora profesor profesora analista economista agricultor
    abogado abogada präsident präsidentin minister ministerin sprecher sprecherin bürgermeister
    bürgermeisterin direktor direktorin chefin kommandeur botschafter professorin kanzler kanzlerin leiter
    leiterin bauer bakanı başbakan başbakanı cumhurbaşkanı başkanı sözcüsü valisi müdürü genel_sekreteri
    profesör
    """)
#: A word that, capitalised, belongs to the title after it or to what a title is of.
TITLE_PARTS = folded("""
    prime foreign defence defense health interior finance oil energy education state vice deputy former
    acting chief interim senior justice transport agriculture affairs affaires étrangères santé défense
    intérieur justice finances république salud estado interior sağlık dışişleri belediye milli savunma
    içişleri adalet white house general executive spokes us uk un eu
    """)
SPEAKERS = folded("""
    source sources official officials police ministry government army military resident residents witness
    witnesses farmer farmers authorities spokesman spokeswoman spokesperson analysts analyst experts expert
    diplomat diplomats doctors doctor hospital rescuers firefighters prosecutors prosecutor lawyers lawyer
    company governor minister president mayor chief aides neighbours neighbors workers union unions
    scientists researchers embassy court militia rebels commander officer officers soldier activists driver
    teacher nurse operator responsable responsables policier policiers gendarmerie ministère gouvernement
    armée habitant habitants témoin témoins agriculteur agriculteurs autorités analystes expertes préfecture
    mairie médecin médecins pompiers parquet procureur avocat ministre président maire directeur
    porte-parole parole syndicat syndicats élus riverains policía gobierno ministerio ejército fuentes
    fuente testigos testigo vecinos autoridades portavoz alcalde polizei regierung ministerium ministeriums
    armee zeuge zeugen behörden behörde feuerwehr sprecher sprecherin staatsanwaltschaft anwohner
    augenzeugen polizeiangaben polise polis bakanlığa bakanlık yetkililere yetkililer kaynaklara tanıklara
    valiliğe hükümete uzmanlara
    """)
THINGS_LATIN = folded("""
    sign report study law document statement poll survey data letter note book article paper plan map label
    text signs reports studies documents papers notice message email card poster caption indictment ruling
    results figures rumours legend tradition history headline motto slogan rapport étude loi déclaration
    déclarations document communiqué sondage lettre livre article texte informe estudio ley bericht studie
    gesetz itself himself herself themselves it that this there which nobody quelqu quelqu'un everyone
    everybody someone somebody people one everything nothing all some many most others who what proverb
    proverbe proverbio sprichwort on man se
    """)
NOT_SAYERS = folded("""
    plan law rules rule schedule custom tradition season region weather type size age need constitution
    bible legend cas saison plan loi règles usage nature besoin région âge taille constitution légende
    tradition caso ley norma reglas plan gesetz plan angaben vorschrift verfassung bible coran monday
    tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche
    """)
TO = folded("told to à au aux al a der dem gegenüber with avec con mit")
TALKS_LATIN = folded("""
    interview interviews statement remarks entretien déclaration entrevista comments speech tweet letter
    communiqué conférence discours comunicado erklärung news
    """)
HONORIFICS = folded("mr mrs ms dr mme mlle m sr sra herr frau sir dame")
STOPS_LATIN = (ENGLISH | FRENCH | SPANISH | GERMAN | TURKISH) - DETERMINERS - JOINING
LADIES = folded("""
    spokeswoman ministra alcaldesa directora présidente directrice cheffe conseillère infirmière avocate
    portavozA mrs ms mme ministerin sprecherin bürgermeisterin präsidentin kanzlerin queen reine chairwoman
    actress
    """)
GENTLEMEN = folded("""
    spokesman mr king chairman ministro alcalde sr herr sprecher präsident directeur président roi
    """)
#: Before what describes a speaker without a name: a source in the ministry.
WHERE = folded("in of at from within inside near dans de du des d au à en del im in aus bei von")
OWN = folded("his her its their own sa son ses leur propre propres su sus")
#: Plain nouns that something else may be made of: a police report is no police.
PLURAL_AND = folded("and et y und ve e")
WHEN = folded("""
    however meanwhile nevertheless instead simply bluntly later earlier then recently yesterday today
    tonight himself herself hier ensuite ayer gestern heute
    """)
ONE = folded("a an un une ein eine una")
#: Words at which another clause begins.
CLAUSES = folded("""
    but and while whereas though although because as when after before if mais tandis et car comme quand
    pero y aber und
    """)
#: Verbs that nothing but speech follows.
SURE_VERBS = folded("""
    said says declared warned announced argued insisted predicted vowed sagte sagten erklärte dijo dijeron
    """)
PASSIVE = folded("be is was were are been being to it")
#: What says more of somebody between commas.
DESCRIBING = folded("of from who whom whose citing de du des d qui von vom der die das")
RELATIVES = folded("who whom which qui que der die das in on at from dans en à")
ADVERBS = WHEN | folded("also has had was is were have friday monday saturday sunday")
#: At these a phrase ends.
ENDS = SAID | HAVE | THAT | FOLLOWING | STOPS_LATIN
AROUND = JOINING | DETERMINERS
#: After a name these make it no adjective: Abbott later said.
AFTER_NAMES = JOINING | WHERE | DETERMINERS | BETWEEN | WHEN
ADJECTIVES = (
    *("iere", "ieres", "ier", "iers", "aire", "aires", "ique", "iques", "al", "ale", "ales", "aux", "ives"),
    *("ifs", "etrangeres", "ite", "ites", "ois", "oise", "ien", "ienne", "ain", "aine", "ica", "icas", "ico"),
    *("icos", "oche", "oches"),
)
OF = JOINING - PLURAL_AND
#: A name that ends with one of these is a text's, and nobody's.
TEXTS = folded("""
    census constitution act law treaty agreement convention plan report bible survey accord code charter
    protocol calendar constitutions laws regulations rules recensement constitution traité accord loi
    convention
    """)
TURKISH_TEXTS = (
    "antlasma",
    "anlasma",
    "kanun",
    "takvim",
    "yasa",
    "madde",
    "plan",
    "sozlesme",
    "anayasa",
    "karar",
    "kural",
)
LEADING = folded("""
    yine ayrıca ancak bazı fakat ama hatta thus hence also still yet meanwhile however
    """)
