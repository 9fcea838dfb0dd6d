"""Web pages as people save them: one article in the frames of five kinds of site, made by these lines."""

# ruff: noqa: E501 - lines of pages are as long as sites make them
from __future__ import annotations

import json
from collections.abc import Callable

TITLE = "افتتاح مكتبة الواحة بعد ترميم دام عامين"
DAY = "2022-10-06"
PARAGRAPHS = (
    "فتحت مكتبة الواحة أبوابها أمام القرّاء صباح الخميس، بعد عامين من أعمال الترميم التي شملت القاعة الكبرى "
    "وخزائن المخطوطات.وحضر الافتتاح 240 ضيفًا من أهل البلدة وجوارها.",
    "قالت أمينة المكتبة لبنى الحارثي إنّ الكلفة بلغت ١٫٣ مليون دينار، دفع الأهالي ثلثها، وإنّ الإعارة تبدأ يوم "
    "الأحد: «لن نطلب من أحد بطاقة في الشهر الأول».",
    "وتضم المكتبة ٤١ ألف كتاب، منها 612 مخطوطة نُقلت من الزاويـــة القديمة على ظهور الدواب في القرن الماضي.",
    "ويقول المهندس نزار الصائغ (Oasis Restoration Ltd.) إن السقف الخشبي أُعيد كما كان، لوحا بعد لوح، وإن العمل "
    "استغرق 18 شهرا أكثر مما قُدّر له.",
    "وأُلحقت بالمبنى قاعة للأطفال تتسع لستين مقعدا، وحديقة صغيرة فيها نخلتان من غرس مؤسس المكتبة قبل ثمانين سنة.",
)
HEADING = "ما الذي تغيّر؟"
CAPTION = "القاعة الكبرى يوم الافتتاح (تصوير: سعاد النمر)"

COOKIES = (
    "نستخدم ملفات تعريف الارتباط لتحسين تجربتك وتحليل الزيارات وعرض إعلانات تناسبك. بمتابعة التصفح فإنك توافق على "
    "سياسة الخصوصية وعلى مشاركة بياناتك مع 143 شريكا من شركائنا حول العالم."
)
COMMENTS = tuple(
    f"تعليق القارئ {i}: سمعت أن الترميم كلف أكثر من هذا بكثير، وأن الافتتاح كان مقررا في الربيع الماضي، فهل من مزيد؟"
    for i in range(6)
)
TEASERS = tuple(f"السوق القديم رقم {i} يعود إلى الحياة بعد طول انتظار وصبر" for i in range(8))
NOISE = (
    "ملفات تعريف الارتباط",
    "تعليق القارئ",
    "يعود إلى الحياة",
    "جميع الحقوق",
    "النشرة البريدية",
    "__NEXT_DATA__",
)


def _links(kind: str = "li") -> str:
    return "".join(
        f'<{kind}><a href="https://example.org/{i}">{text}</a></{kind}>' for i, text in enumerate(TEASERS)
    )


def blog() -> bytes:
    """Return a page of a weblog's usual theme, with a banner for cookies and comments below."""
    comments = "".join(
        f'<li class="comment even depth-1"><div class="comment-body"><p>{text}</p></div></li>'
        for text in COMMENTS
    )
    text = "".join(f"<p>{each}</p>" for each in PARAGRAPHS[:3])
    rest = "".join(f"<p>{each}</p>" for each in PARAGRAPHS[3:])
    return f"""<!DOCTYPE html><html dir="rtl" lang="ar"><head><meta charset="UTF-8">
<title>{TITLE} &#8211; دفاتر الواحة</title>
<meta property="article:published_time" content="{DAY}T06:15:00+00:00">
<meta property="article:modified_time" content="2023-01-19T06:15:00+00:00"><meta property="og:site_name" content="دفاتر الواحة">
<style>.wp-block{{margin:0}}</style></head><body class="rtl post-template-default single single-post postid-123">
<div id="cookie-law-info-bar" class="cookie-consent"><p>{COOKIES}</p><button>موافق</button></div>
<div id="page" class="site"><header id="masthead"><p class="site-title"><a href="/">دفاتر الواحة</a></p>
<nav class="main-navigation"><ul>{_links()}</ul></nav></header><div id="content" class="site-content">
<main id="main" class="site-main"><article id="post-123" class="post-123 post type-post category-culture tag-books">
<header class="entry-header"><h1 class="entry-title">{TITLE}</h1><div class="entry-meta"><time class="entry-date published"
datetime="{DAY}T09:15:00+03:00">6 أكتوبر 2022</time></div></header><div class="entry-content">{text}
<figure class="wp-block-image"><img src="a.jpg" alt=""><figcaption>{CAPTION}</figcaption></figure>
<h2 class="wp-block-heading">{HEADING}</h2>{rest}
<div class="sharedaddy sd-sharing-enabled social"><ul><li>شارك هذا الموضوع على المنصات</li></ul></div></div>
<footer class="entry-footer"><span class="tags-links">الوسوم: كتب</span></footer></article>
<div id="comments" class="comments-area"><h2>٦ تعليقات</h2><ol class="comment-list">{comments}</ol></div></main>
<aside id="secondary" class="widget-area sidebar"><section class="widget"><h2>أحدث المقالات</h2><ul>{_links()}</ul></section>
<section class="widget newsletter"><p>اشترك في النشرة البريدية لتصلك مقالاتنا كل أسبوع أينما كنت.</p></section></aside></div>
<footer id="colophon"><p>جميع الحقوق محفوظة © 2023</p></footer></div></body></html>""".encode()


def newspaper() -> bytes:
    """Return a page of nested boxes without names that mean anything, whose JSON-LD is a graph."""
    graph = [
        {"@type": "WebSite", "name": "صدى الواحة", "datePublished": None},
        {"@type": "BreadcrumbList", "itemListElement": []},
        {
            "@type": ["NewsArticle", "ReportageNewsArticle"],
            "headline": TITLE,
            "datePublished": f"{DAY}T08:00:00+03:00",
            "dateModified": "2022-12-25T10:00:00+03:00",
            "publisher": {"@type": "Organization", "name": "صدى الواحة"},
        },
    ]
    pieces = []
    for i, each in enumerate(PARAGRAPHS):
        pieces.append(f'<div class="x7f"><div class="k2"><p>{each}</p></div></div>')
        if i == 1:
            pieces.append('<div class="ad-slot ads"><p>إعلان</p></div>')
            pieces.append(f'<div class="read-more"><span>اقرأ أيضا:</span><ul>{_links()}</ul></div>')
        if i == 2:
            pieces.append(f"<h3>{HEADING}</h3>")
    return f"""<!doctype html><html lang="ar-SA" dir="rtl"><head><meta charset="utf-8"><title>{TITLE} | صدى الواحة</title>
<script type="application/ld+json">{{"@context": "https://schema.org", "@graph": {json.dumps(graph, ensure_ascii=False)}}}
</script><script>window.dataLayer=[];function gtag(){{dataLayer.push(arguments)}}</script></head><body>
<div class="topbar"><div class="menu">{_links("span")}</div></div><div class="wrap"><div class="col-8"><h1>{TITLE}</h1>
<div class="meta-line"><span>الواحة - مراسل الصحيفة</span></div>
<div class="meta-line"><span>الخميس 6 تشرين الأول/أكتوبر 2022</span></div>{"".join(pieces)}</div>
<div class="col-4"><div class="most-read"><h4>الأكثر قراءة</h4><ol>{_links()}</ol></div></div></div>
<div class="comments">{"".join(f"<div><p>{text}</p></div>" for text in COMMENTS)}</div>
<div class="footer"><p>جميع الحقوق محفوظة لصحيفة صدى الواحة، ويمنع النسخ إلا بإذن مكتوب من الإدارة.</p></div>
<div class="popup" role="dialog"><p>{COOKIES}</p></div></body></html>""".encode()


def tables() -> bytes:
    """Return a page of the years around 2000: tables in tables, and letters of Windows."""
    lines = "<br><br>\r\n".join(PARAGRAPHS).replace("١٫٣", "1.3").replace("٤١", "41")
    menu = "".join(
        f'<tr><td><a href="p{i}.htm"><font size=2>{text}</font></a></td></tr>'
        for i, text in enumerate(TEASERS)
    )
    page = f"""<html dir=rtl><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1256">
<meta name="date" content="{DAY}"><title>{TITLE}</title></head><body bgcolor=#ffffff>
<table width=760 border=0><tr><td colspan=2><img src=logo.gif></td></tr><tr><td width=160 valign=top class=menu>
<table border=0>{menu}</table></td><td valign=top><font size=5 color=navy><b>{TITLE}</b></font><br><br>
<font face="Simplified Arabic" size=4>{lines}</font></td></tr>
<tr><td colspan=2 align=center class=copyright><font size=1>جميع الحقوق محفوظة</font></td></tr></table></body></html>"""
    return page.encode("cp1256", "xmlcharrefreplace")


def application() -> bytes:
    """Return what a program in the browser has drawn, with its data, its dialogs and what it hides."""
    data = {"props": {"pageProps": {"article": {"body": PARAGRAPHS, "teasers": TEASERS}}}, "page": "/[slug]"}
    text = "".join(f'<p class="css-1a2b3c">{each}</p>' for each in PARAGRAPHS[:3])
    rest = "".join(f'<p class="css-1a2b3c">{each}</p>' for each in PARAGRAPHS[3:])
    comments = "".join(f"<div class='post'><p>{text_}</p></div>" for text_ in COMMENTS)
    return f"""<!DOCTYPE html><html lang="ar"><head><meta charset="utf-8"><title>{TITLE}</title>
<meta property="og:title" content="{TITLE}"><meta name="parsely-pub-date" content="{DAY}T05:00:00Z">
</head><body><noscript><p>يلزم تفعيل جافاسكربت لعرض هذا الموقع كما ينبغي له أن يُعرض.</p></noscript><div id="__next">
<div aria-hidden="true"><p>{COOKIES}</p></div><div style="display: none"><nav>{_links("div")}</nav></div>
<header role="banner"><svg><title>شعار</title></svg></header><main><h1>{TITLE}</h1><section>{text}</section>
<aside><h2>مواضيع ذات صلة</h2><ul>{_links()}</ul></aside><section><h2>{HEADING}</h2>{rest}</section></main>
<section id="disqus_thread" class="comments">{comments}</section><footer><p>جميع الحقوق محفوظة</p></footer>
<div class="cookie-banner" role="dialog" aria-modal="true"><p>{COOKIES}</p></div></div>
<script id="__NEXT_DATA__" type="application/json">{json.dumps(data, ensure_ascii=False)}</script></body></html>""".encode()


def magazine() -> bytes:
    """Return a page that marks its article up word by word, between longer texts of others."""
    longer = "".join(f"<p>{(text + '. ') * 6}</p>" for text in TEASERS[:3])
    body = "".join(f"<p>{each}</p>" for each in PARAGRAPHS)
    return f"""<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>مجلة النخيل: {TITLE}</title></head>
<body><div class="related-stories">{longer}</div>
<div itemscope itemtype="https://schema.org/Article"><h1 itemprop="headline">{TITLE}</h1>
<meta itemprop="datePublished" content="{DAY}"><div itemprop="articleBody">{body}</div></div>
<div class="comments">{"".join(f"<p>{text}</p>" for text in COMMENTS)}</div>
<div class="footer">جميع الحقوق محفوظة</div></body></html>""".encode()


PAGES: dict[str, Callable[[], bytes]] = {
    "blog": blog,
    "newspaper": newspaper,
    "tables": tables,
    "application": application,
    "magazine": magazine,
}
