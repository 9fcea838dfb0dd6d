"""The words that questions in Latin letters are made of: interrogatives, pronouns, nouns and names."""

from __future__ import annotations

from rag.conversation.turns import Gender, Number
from rag.cues import folded

LANGUAGES = ("en", "fr", "es", "de", "tr")

#: Words that tell the language of a short question; a word of several counts for each.
SIGNS = {
    "en": folded("""
        when where why how who whom whose what which and the did does do was were is are has have he she it
        they his her him its their them of in at by many much old long that this so
    """),
    "fr": folded("""
        quand où pourquoi comment qui que quoi quel quelle quels quelles combien et le la les l des du un
        une a est ont sont il elle ils elles son sa ses leur lui de d dans qu au aux en depuis t alors
    """),
    "es": folded("""
        cuándo dónde por qué cómo quién quiénes cuál cuáles cuánto cuántos y el los las un una del es fue su
        sus él ella ellos en qué murió nació a entonces desde
    """),
    "de": folded("""
        wann wo warum wieso weshalb wie wer wen wem was welche welcher und der die das den dem ist war hat
        sind er sie es ihn ihm sein seine ihr ihre von im haben wurde
    """),
    "tr": folded("""
        ne zaman nerede nereye neden niçin nasıl kim kimdir kaç peki ve mi mı o onun bu için nereden kadar
    """),
}  # fmt: skip

#: Interrogatives that leave a whole sentence behind them; the longest is tried first.
ADVERBS: dict[str, dict[str, str]] = {
    "en": {
        "when": "date", "since when": "date", "until when": "date", "where": "place", "from where": "place",
        "to where": "place", "why": "reason", "how": "manner", "with whom": "other", "how often": "other",
        "at what time": "date", "how long": "other", "what for": "reason",
    },
    "fr": {
        "quand": "date", "depuis quand": "date", "jusqu quand": "date", "ou": "place", "d ou": "place",
        "pourquoi": "reason", "comment": "manner", "avec qui": "other", "depuis combien de temps": "other",
        "a quelle heure": "date",
    },
    "es": {
        "cuando": "date", "desde cuando": "date", "donde": "place", "adonde": "place", "de donde": "place",
        "por que": "reason", "como": "manner", "con quien": "other",
    },
    "de": {
        "wann": "date", "seit wann": "date", "wo": "place", "wohin": "place", "woher": "place",
        "warum": "reason", "weshalb": "reason", "wieso": "reason", "wie": "manner", "mit wem": "other",
    },
    "tr": {
        "ne zaman": "date", "ne zamandan beri": "date", "nerede": "place", "nereye": "place",
        "nereden": "place", "neden": "reason", "nicin": "reason", "nasil": "manner",
    },
}  # fmt: skip
IN_WHICH = {
    "en": ("in on at from to since for during by", "which what"),
    "fr": ("en dans a sur depuis pour vers de", "quel quelle quels quelles"),
    "es": ("en a desde de para", "que cual"),
    "de": ("in an auf seit aus nach", "welcher welchem welchen welche"),
    "tr": ("", ""),
}
COUNTS = folded("how_many how_much combien cuánto cuánta cuántos cuántas wie_viele wie_viel kaç")
WHO = folded("who whom whose qui quién quiénes wer wen wem kim kimdir")
WHAT = folded("""
    what which que qu quoi quel quelle quels quelles qué cuál cuáles was welche welcher welches ne hangi
""")
OPENERS = folded("and so but then ok okay et mais alors y e pero und aber dann peki ve ya also well")
FILLERS = folded("""
    exactly precisely then also too now exactement précisément alors exactamente genau eigentlich denn tam
    olarak
""")
AUXILIARIES = folded("""
    did does do was were is are has have had will would can could should may might
""")

PRONOUNS: dict[str, tuple[Gender, Number, bool]] = {  # gender, number, whether a person
    "he": ("m", "s", True), "him": ("m", "s", True), "his": ("m", "s", True), "she": ("f", "s", True),
    "her": ("f", "s", True), "it": ("", "s", False), "its": ("", "s", False), "they": ("", "p", False),
    "them": ("", "p", False), "their": ("", "p", False),
}  # fmt: skip
POSSESSIVES = folded("his her its their")

EVENTS = folded("""
    explosion bombing attack earthquake war battle election elections summit meeting conference fire flood
    crash massacre shooting protest protests strike siege coup ceremony festival match final tournament
    revolution invasion accident blast hurricane storm referendum trial operation raid uprising riot riots
    clashes fighting conflict talks negotiations tsunami eruption epidemic pandemic famine disaster collapse
    assassination hijacking airstrike race championship exhibition fair olympics games cup wedding funeral
    parade march rally visit attentat attaque séisme guerre bataille élections sommet réunion conférence
    incendie inondation inondations accident fusillade manifestation manifestations grève siège cérémonie
    festival finale tournoi révolution invasion tempête référendum procès opération émeute émeutes combats
    conflit négociations éruption épidémie catastrophe effondrement assassinat course championnat exposition
    concert tremblement explosión atentado ataque terremoto guerra batalla elecciones cumbre reunión
    incendio inundación huelga anschlag erdbeben krieg schlacht wahl wahlen gipfel brand flut streik unfall
    patlama saldırı deprem savaş seçim zirve yangın
""")  # fmt: skip
THINGS = folded("""
    book novel film movie song poem painting statue prize award car plane aircraft train ship rocket
    satellite phone law constitution plan report speech post office position oil gold vaccine drug treaty
    agreement deal budget tax currency roman livre film chanson poème tableau prix voiture avion train
    navire fusée satellite loi plan rapport discours poste accord traité monnaie novela libro película buch
    vertrag gesetz kitap roman market store shop bridge tower building dam museum palace castle factory
    plant mine school hospital church mosque temple stadium library pont tour bâtiment barrage musée palais
    château usine mine école hôpital église mosquée temple stade bibliothèque marché markt brücke turm
    museum fabrik mercado puente torre museo fábrica pazar köprü müze fabrika
""")
PEOPLE = folded("""
    rebels miners workers soldiers students passengers protesters voters police troops residents refugees
    migrants farmers doctors teachers hostages prisoners fans players victims survivors children women men
    people leaders ministers mineurs ouvriers soldats étudiants passagers manifestants électeurs habitants
    réfugiés médecins otages prisonniers joueurs victimes enfants femmes hommes rebelles mayor pilot driver
    judge lawyer journalist maire pilote chauffeur juge avocat journaliste suspect suspects gunman attacker
    killer thief
""")
#: Nouns that ask for a property of what stands after "of".
PROPERTIES = folded("""
    name age population capital currency area size height length depth width price cost cause reason date
    location number total title nationality language religion weight value address result results purpose
    role meaning origin headquarters flag anthem toll mass speed meaning colour color history population
    birthplace profession occupation job nom âge population capitale monnaie superficie taille hauteur
    longueur profondeur largeur prix coût cause raison date lieu nombre titre nationalité langue poids
    valeur adresse résultat but rôle siège drapeau bilan capital nombre población moneda superficie altura
    edad precio causa fecha número hauptstadt einwohnerzahl fläche höhe name preis ursache
""")
WHOLE_PROPERTIES = {  # nouns with the article that ask for a property of what was spoken of
    "en": {
        "event": folded("cause reason toll outcome result aftermath motive"),
        "place": folded("capital population currency area"),
    },
    "fr": {
        "event": folded("cause bilan motif issue résultat"),
        "place": folded("capitale population monnaie superficie"),
    },
}
HARMED = folded("""
    killed injured wounded hurt dead died missing displaced arrested detained survivors casualties deaths
    injuries victims participants attended survived participated hospitalised hospitalized blessés morts
    tués disparus victimes participants blessées mortes arrêtés arrêtées
""")

PLACES = folded("""
    iraq iran syria lebanon jordan egypt libya tunisia algeria morocco sudan yemen oman qatar bahrain kuwait
    palestine israel turkey türkiye afghanistan pakistan india china japan korea vietnam thailand malaysia
    indonesia philippines russia ukraine poland germany france britain england scotland ireland italy spain
    portugal netherlands belgium switzerland austria sweden norway denmark finland greece cyprus romania
    bulgaria hungary serbia croatia canada mexico cuba brazil argentina chile peru colombia venezuela
    bolivia nigeria ethiopia kenya uganda tanzania rwanda mali niger chad senegal ghana somalia angola
    uruguay paraguay ecuador panama nicaragua honduras guatemala haiti jamaica iceland estonia latvia
    lithuania slovakia slovenia croatia bosnia albania kosovo macedonia moldova georgia armenia azerbaijan
    kazakhstan uzbekistan mongolia nepal bangladesh myanmar cambodia laos singapore taiwan cameroon zambia
    zimbabwe mozambique namibia botswana madagascar eritrea djibouti mauritania gambia guinea liberia benin
    togo gabon congo burundi malawi malta luxembourg monaco tennessee alaska virginia ohio michigan illinois
    arizona nevada utah oregon georgia hawaii australia europe asia africa america baghdad basra mosul erbil
    damascus aleppo beirut jerusalem gaza amman cairo alexandria khartoum tripoli tunis algiers rabat
    casablanca riyadh jeddah mecca doha manama dubai muscat sanaa aden tehran ankara istanbul kabul karachi
    islamabad delhi mumbai beijing shanghai tokyo seoul hanoi moscow kyiv kiev warsaw berlin munich hamburg
    paris lyon marseille london manchester dublin rome milan naples venice madrid barcelona lisbon amsterdam
    brussels geneva zurich vienna stockholm oslo copenhagen helsinki athens bucharest budapest belgrade
    prague washington boston chicago houston miami texas california florida ottawa toronto montreal havana
    lima bogotá nairobi lagos kampala sydney irak syrie liban jordanie égypte libye tunisie algérie maroc
    soudan turquie inde chine japon corée russie pologne allemagne angleterre écosse irlande italie espagne
    pays_bas belgique suisse autriche suède norvège danemark finlande grèce chypre roumanie mexique brésil
    argentine chili pérou colombie éthiopie afrique amérique bagdad damas alep beyrouth jérusalem gaza
    le_caire alger riyad téhéran moscou varsovie londres rome genève bruxelles vienne lisbonne athènes
    alemania francia españa italia rusia japón perú méxico brasil parís londres roma moscú deutschland
    frankreich spanien italien russland bonn köln wien rom london almanya fransa mısır irak roma londra
""")
MEN = folded("""
    mohammed muhammad ahmed mahmoud ali omar hassan hussein ibrahim yusuf youssef khaled walid tariq fuad
    fouad karim hamid samir nabil mustafa saleh said john jack james george paul peter mark michael david
    robert richard william thomas charles henry joseph daniel donald joe barack vladimir emmanuel nicolas
    françois jacques jean pierre marc louis luc luis juan josé carlos pedro jorge jan hans karl olaf otto
    max felix recep tayyip mehmet ahmet emre boris rishi tony winston nelson albert isaac elon bill steve
    tim volodymyr antonio pablo diego simón víctor victor
""")
WOMEN = folded("""
    mary anna anne elizabeth margaret sarah maria marie claire ursula angela hillary kamala theresa diana
    jane emma alice laura julia sophie camille christine nancy michelle melania ivanka jacinda greta malala
    fatima aisha zainab maryam leila layla salma nadia rania elena ana carmen isabel lucía rosa elif ayşe
    fatma zeynep lena nina olga irina mara marine brigitte simone agatha
""")
NAME_LINKS = folded("of de la le du des d l von van der den bin ibn al el ben abu da do dos di y e and the")

PERSON_VERBS = folded("""
    visit visited say said resign resigned marry married born die died write wrote live lived study studied
    meet met speak spoke retire retired work worked become became elected arrested appointed killed murdered
    assassinated kill killed tell told think né née mort morte élu élue démissionné visité dit écrit quitté
    arrêté arrêtée nommé nommée marié mariée geboren gestorben nació murió visitó dijo escribió doğdu öldü
    dedi
""")
MOVES = folded("visit visited leave left reach reached enter entered quitté visité rejoint atteint")
PLACE_LEADS = folded("in at to from near into inside à en dans vers chez depuis in nach aus bei en desde")

BASE_FORMS = dict(
    pair.split(":")
    for pair in [
        "visited:visit",
        "met:meet",
        "won:win",
        "killed:kill",
        "wrote:write",
        "said:say",
        "founded:found",
        "built:build",
        "left:leave",
        "arrested:arrest",
        "attacked:attack",
        "signed:sign",
        "announced:announce",
        "discovered:discover",
        "invented:invent",
        "led:lead",
        "bought:buy",
        "sold:sell",
        "hosted:host",
        "opened:open",
        "closed:close",
        "painted:paint",
        "directed:direct",
        "designed:design",
        "murdered:murder",
        "assassinated:assassinate",
        "appointed:appoint",
        "fired:fire",
        "dismissed:dismiss",
        "replaced:replace",
        "succeeded:succeed",
        "defeated:defeat",
        "beat:beat",
        "bombed:bomb",
        "invaded:invade",
        "joined:join",
        "created:create",
        "published:publish",
        "composed:compose",
        "recorded:record",
        "paid:pay",
        "gave:give",
        "took:take",
        "made:make",
        "sent:send",
        "stole:steal",
        "kidnapped:kidnap",
        "freed:free",
        "married:marry",
        "criticised:criticise",
        "criticized:criticize",
        "launched:launch",
        "planned:plan",
        "ordered:order",
        "played:play",
        "climbed:climb",
        "crossed:cross",
        "received:receive",
        "rejected:reject",
        "proposed:propose",
        "addressed:address",
        "hijacked:hijack",
        "rescued:rescue",
        "saved:save",
    ]
)
FORMS_OF_BE = folded("is are was were be est sont était étaient es son era ist sind war waren")
#: French nouns for what only people, and only things, have.
OF_PEOPLE = folded("""
    âge femme mari épouse époux nationalité profession métier père mère fils fille frère sœur famille enfance
    parti carrière
""")
OF_THINGS = folded("""
    hauteur superficie population capitale prix longueur largeur profondeur monnaie siège bilan cause drapeau
    température débit
""")
