"""Arabic verbs that questions are asked with: who does such things, and whether an object must follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.conversation.turns import Gender, Number
from rag.text import fold_text

_ANY_AGENT = frozenset(("person", "organisation", "place"))
#: What the subject is: fits well, fits at a pinch.
_SUBJECTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "person": (frozenset(("person",)), frozenset()),
    "agent": (frozenset(("person", "organisation")), frozenset(("place",))),
    "event": (frozenset(("event",)), frozenset()),
    "phase": (frozenset(("event",)), frozenset(("thing", "organisation"))),
    "made": (frozenset(("organisation", "place", "thing")), frozenset(("event",))),
    "thing": (frozenset(("thing", "place", "organisation")), frozenset(("event",))),
    "lies": (frozenset(("place",)), frozenset(("organisation", "thing"))),
    "any": (frozenset(), frozenset()),
}


@dataclass(frozen=True, slots=True)
class Verb:
    """A form of a verb, as far as its letters say."""

    subject: str  # a key of `_SUBJECTS`
    takes: Literal["none", "object", "either"]  # none: what follows is its subject; either: may be a passive
    gender: Gender
    number: Number
    singular: str = ""  # for a plural with its subject inside: the form that a subject follows

    @property
    def kinds(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return what kinds of subject fit well, and which at a pinch."""
        return _SUBJECTS[self.subject]


#: Past, then what follows ي or ت in the present where there is one.
_VERBS: dict[tuple[str, Literal["none", "object", "either"]], str] = {
    ("person", "none"): """
        ولد:ولد مات:موت توفي نشأ:نشأ ترعرع:ترعرع تقاعد:تقاعد استقال:ستقيل عاش:عيش عمل:عمل تخرج:تخرج رحل:رحل
        أقيل أصيب:صاب اغتيل نجا:نجو اختفى:ختفي اعترف:عترف تنحى:تنحى ترشح:ترشح هرب:هرب فر:فر أدين:دان
        اعتذر:عتذر بكى:بكي لجأ:لجأ انتحر:نتحر تعلم:تعلم أقام:قيم تدرب:تدرب جلس:جلس تجول:تجول ينام ينحدر
        انحدر
    """,
    ("person", "object"): """
        تزوج:تزوج تولى:تولى تسلم:تسلم ترأس:ترأس نال:نال رأى:رى قاد:قود أراد:ريد اعتقد:عتقد شغل:شغل تقلد:تقلد
        اعتلى:عتلي ظن:ظن خاض:خوض أحب:حب كره:كره حمل:حمل أجرى:جري تلقى:تلقى غنى:غني يتقن يتكلم يجيد تحدى:تحدى
        أنهى:نهي أكمل:كمل أنجب:نجب لعب:لعب
    """,
    ("person", "either"): """
        درس:درس كتب:كتب ألف:ؤلف رسم:رسم ترجم:ترجم لحن:لحن انتخب:نتخب عين:عين اعتقل:عتقل قتل:قتل اختطف:ختطف
        خطف:خطف حكم:حكم سكن:سكن اعتزل:عتزل علم:علم قرأ:قرأ اخترع:خترع اكتشف:كتشف أخرج:خرج شارك:شارك
        احتجز:حتجز أسر:أسر طرد:طرد عزل:عزل حوكم:حاكم استدعي:ستدعى اختير:ختار كلف:كلف رقي:رقى نقل:نقل
        أعدم:عدم سجن:سجن اتهم:تهم نفي:نفى رشح:رشح دفن:دفن كرم:كرم أفرج:فرج فقد:فقد سمى:سمي لقب:لقب ضم:ضم
    """,
    ("agent", "none"): """
        وصل:صل سافر:سافر عاد:عود ذهب:ذهب انسحب:نسحب رجع:رجع توجه:توجه تحدث:تحدث تراجع:تراجع اجتمع:جتمع
        وافق:وافق رد:رد رحب:رحب فاز:فوز انضم:نضم استسلم:ستسلم أضرب:ضرب طالب:طالب تعهد:تعهد جاء:جيء ندد:ندد
        قام:قوم شارك:شارك انتقل:نتقل احتفل:حتفل نزح:نزح فشل:فشل نجح:نجح اعترض:عترض احتج:حتج تظاهر:تظاهر
        ساهم:ساهم سعى:سعى وعد:عد التزم:لتزم انتمى:نتمي حصل:حصل تبرع:تبرع تعاقد:تعاقد هبط:هبط انحاز:نحاز
        تدخل:تدخل انفصل:نفصل اعتمد:عتمد صعد:صعد خرج:خرج حضر:حضر تأهل:تأهل تأخر:تأخر ثار:ثور تعهد:تعهد
        أشرف:شرف اتفق:تفق اختلف:ختلف تصالح:تصالح يطالب تعافى:تعافى تخلى:تخلى تحالف:تحالف استعد:ستعد
        اشتكى:شتكي بقي:بقى ظل:ظل مكث:مكث
    """,
    ("agent", "object"): """
        زار:زور غادر:غادر التقى:لتقي قابل:قابل دخل:دخل واجه:واجه قال:قول صرح:صرح ألقى:لقي اغتال:غتال
        استضاف:ستضيف باع:بيع أعاد:عيد أقال:قيل خان:خون وجه:وجه ساند:ساند هاجم:هاجم حاصر:حاصر اختار:ختار
        نوى:نوي حارب:حارب عاقب:عاقب قاطع:قاطع دان:دين أدار:دير
    """,
    ("agent", "either"): """
        أعلن:علن رفض:رفض هدد:هدد انتقد:نتقد أكد:ؤكد ناقش:ناقش بحث:بحث أدان:دين دعم:دعم أرسل:رسل اشترى:شتري
        طلب:طلب قرر:قرر فعل:فعل قدم:قدم اقترح:قترح كشف:كشف ذكر:ذكر فرض:فرض عرض:عرض حقق:حقق هزم:هزم احتل:حتل
        فتح:فتح دمر:دمر قصف:قصف نفذ:نفذ استخدم:ستخدم وضع:ضع ترك:ترك منح:منح حرر:حرر ضرب:ضرب صنع:صنع طور:طور
        تبنى:تبنى أوقف:وقف علق:علق دعا:دعو استقبل:ستقبل حذر:حذر أنقذ:نقذ استولى:ستولي استعاد:ستعيد شن:شن
        ساعد:ساعد خالف:خالف خسر:خسر أصاب:صيب احتاج:حتاج أثار:ثير
    """,
    ("event", "none"): "حدث:حدث جرى:جري اندلع:ندلع نشب:نشب دار:دور تفشى:تفشى اشتعل:شتعل",
    ("phase", "none"): """
        انتهى:نتهي استمر:ستمر توقف:توقف انطلق:نطلق تأجل:تأجل دام:دوم اختتم:ختتم أقيم:قام استؤنف:ستأنف
        خمد:خمد اكتمل:كتمل
    """,
    ("phase", "either"): "عقد:عقد ألغي:لغى ألغى:لغي أجل:ؤجل بدأ:بدأ أخمد:خمد",
    ("made", "none"): "تأسس:تأسس صدر:صدر أنشئ:نشأ أعيد:عاد تشكل:تشكل",
    ("made", "either"): """
        أسس:ؤسس بني:بنى أنشأ:نشئ شيد:شيد أطلق:طلق نشر:نشر افتتح:فتتح بنى:بني صمم:صمم موّل:مول أصدر:صدر
        سجل:سجل أغلق:غلق دشن:دشن حل:حل بيع:باع شكل:شكل
    """,
    ("thing", "none"): """
        انفجر:نفجر انهار:نهار احترق:حترق غرق:غرق تحطم:تحطم تضرر:تضرر سقط:سقط ارتفع:رتفع انخفض:نخفض ظهر:ظهر
        اختلط:ختلط انتشر:نتشر تعطل:تعطل تراجع:تراجع ذاب:ذوب
    """,
    ("any", "none"): "كان:كون أصبح:صبح صار:صير بدا:بدو ليس بات:بيت",
}  # fmt: skip

VERBS: dict[str, Verb] = {}


def _add(form: str, verb: Verb) -> None:
    """Note a form; where two verbs share it (توقف: he stopped, she stops), keep what both say."""
    key = fold_text(form)
    other = VERBS.get(key, verb)
    VERBS[key] = Verb(
        other.subject,
        other.takes if other.takes == verb.takes else "either",
        other.gender if other.gender == verb.gender else "",
        other.number if other.number == verb.number else "",
        other.singular,
    )


def _conjugate(past: str, present: str, subject: str, takes: Literal["none", "object", "either"]) -> None:
    weak = past[:-1] if past[-1] in "ىيا" and len(past) > 2 else past
    _add(past, Verb(subject, takes, "m", "s"))
    for fem in {weak + "ت", past + "ت" if past[-1] == "ي" else weak + "ت"}:
        _add(fem, Verb(subject, takes, "f", ""))
    _add(weak + "وا", Verb(subject, takes, "m", "p", past))
    if present:
        stem = present[:-1] if present[-1] in "ىيو" and len(present) > 2 else present
        for future in ("", "س"):
            _add(future + "ي" + present, Verb(subject, takes, "m", "s"))
            _add(future + "ت" + present, Verb(subject, takes, "f", ""))
            _add(future + "ي" + stem + "ون", Verb(subject, takes, "m", "p", future + "ي" + present))


_add("يقع", Verb("lies", "none", "m", "s"))
_add("تقع", Verb("lies", "none", "f", ""))
_add("وقع", Verb("event", "either", "m", "s"))  # happened; or signed
_add("وقعت", Verb("event", "either", "f", ""))
for (_subject, _takes), _forms in _VERBS.items():
    for _form in _forms.split():
        _past, _, _present = _form.partition(":")
        if _past[0] == "ي":  # the present alone is in use
            _add(_past, Verb(_subject, _takes, "m", "s"))
            _add("ت" + _past[1:], Verb(_subject, _takes, "f", ""))
        else:
            _conjugate(_past, _present, _subject, _takes)
