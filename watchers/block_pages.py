"""What a page is that came where a feed was expected; pure.

Recognised by what protection services and sites themselves put into their pages, so that an
admin reads "a challenge page of DDoS-Guard", not "malformed XML".
"""

import re
from collections.abc import Mapping

_CHALLENGES = (
    ("Cloudflare", re.compile(r"(?i)cdn-cgi/challenge-platform|cf-chl-|cf_chl_|cf-browser-verification|<title>Just a moment\.\.\.|Attention Required! \| Cloudflare")),
    ("DDoS-Guard", re.compile(r"(?i)ddos-guard|/\.well-known/ddos-guard|check\.ddos-guard\.net")),
    ("Qrator", re.compile(r"(?i)__qrator|qrator[._-]|/__qrator/")),
    ("Variti", re.compile(r"(?i)variti|/_ddos_|active bot protection")),
    ("ServicePipe", re.compile(r"(?i)servicepipe|/exhkqyad|spsc=")),
    ("Imperva", re.compile(r"(?i)_incapsula_resource|incapsula incident|visid_incap")),
    ("StormWall", re.compile(r"(?i)stormwall|swp_token|/\.stormwall")),
    ("Sucuri", re.compile(r"(?i)sucuri_cloudproxy|Sucuri WebSite Firewall")),
    ("SiteGround", re.compile(r"(?i)/\.well-known/sgcaptcha")),
    ("Akamai", re.compile(r"(?i)errors\.edgesuite\.net|ak_bmsc")),
    ("AWS WAF", re.compile(r"(?i)awswaf|aws-waf-token")),
    ("Anubis", re.compile(r"(?i)anubis_challenge|/\.within\.website/")),
    ("captcha", re.compile(r"(?i)g-recaptcha|hcaptcha\.com/1|smartcaptcha|/showcaptcha|cf-turnstile")),
    (
        "browser check",
        re.compile(
            r"(?i)checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human|"
            r"проверка (?:вашего )?браузера|подтвердите, что вы не робот|вы не робот|"
            r"enable javascript and cookies to continue|"
            r"document\.cookie\s*=[^<]{1,300}?\blocation\b"
        ),
    ),
)  # fmt: skip
_LOGIN = re.compile(r"""(?i)<input[^>]{0,300}\btype\s*=\s*["']?password""")
_LOGIN_WORDS = re.compile(
    r"(?i)<title>[^<]{0,120}(?:log ?in|sign ?in|вход|войти|авториза|кіру|кирүү|kirish)"
)
_BLOCKED = re.compile(
    r"(?i)доступ (?:к ресурсу |к сайту )?(?:ограничен|заблокирован|запрещ[её]н)|"
    r"ресурс заблокирован|access (?:is )?(?:denied|restricted)|blocked by order|"
    r"единый реестр доменных им[её]н"
)
_PARKED = re.compile(
    r"(?i)domain (?:is |may be )?for sale|домен (?:прода[её]тся|припаркован)|"
    r"parking-lander|sedoparking|срок регистрации домена истек"
)
_HTML = re.compile(
    r"(?i)^\s*(?:<!--.{0,2000}?-->\s*)*(?:<!doctype\s+html|<html|<head|<body|<meta|<title|<div|<p\b|<h1|<script)",
    re.DOTALL,
)
HTML_ELEMENTS = frozenset(
    "html head body title meta link base style script noscript div span p br hr b i u a em font "
    "center strong table tr td ul ol li h1 h2 h3 h4 form input img iframe section main".split()
)
"""A document whose first element is one of these is a page or a piece of one."""
_SAMPLE = 65_536
_SMALL_PAGE = 30_000
"""Real pages also load captchas and mention access rules; pages that only do that are small."""


def is_html(text: str) -> bool:
    """Tell whether a document is an HTML page."""
    return _HTML.match(text[:4096]) is not None


def challenge(text: str, headers: Mapping[str, str] | None = None) -> str:
    """Name the protection service whose challenge this is, or "" if it is none."""
    if headers is not None and headers.get("cf-mitigated", "").lower() == "challenge":
        return "Cloudflare"
    sample = text[:_SAMPLE]
    for name, pattern in _CHALLENGES:
        if pattern.search(sample) and (len(text) < _SMALL_PAGE or name == "Cloudflare"):
            return name
    return ""


def is_login(text: str) -> bool:
    """Tell whether a page asks for a password before anything else."""
    sample = text[:_SAMPLE]
    if _LOGIN.search(sample) is None:
        return False
    return len(text) < _SMALL_PAGE or _LOGIN_WORDS.search(sample) is not None


def is_blocked(text: str) -> bool:
    """Tell whether a provider or the state put its notice in place of the page."""
    return len(text) < _SMALL_PAGE and _BLOCKED.search(text) is not None


def is_parked(text: str) -> bool:
    """Tell whether the domain has been left to a seller of domains."""
    return len(text) < _SMALL_PAGE * 2 and _PARKED.search(text[:_SAMPLE]) is not None
