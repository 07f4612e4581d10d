"""Secrets inside addresses, masked before anybody sees them; pure.

A feed's address may be a key to it: ``https://name:password@outlet/feed``, ``?token=…``. It is
kept whole where it is fetched from, and shown nowhere: no log, list, notice, export, error has it.
What is shown still names the feed: a masked address that is typed back finds it.
"""

import re
from urllib.parse import quote, unquote

MASK = "***"

_USER_INFO = re.compile(r"(?<=://)[^\s/?#\"'<>\\]{1,2000}@")
_LEADING_USER_INFO = re.compile(r"^(\s*[A-Za-z][\w+.-]{0,40}://)[^/?#\\]*@")
_BARE_USER_INFO = re.compile(
    r"(?<![\w:/@.+-])(?!mailto:)[\w.+%~-]{1,100}:[^\s/@:\"'<>]{1,200}@(?=[\w\[])"
)
"""Without a scheme, as people type it: ``name:password@outlet.kz/feed``."""
_ENDING = r"\s\"'<>«»‹›“”„"
"""What stands in no address, and so ends one."""
_CLOSING = ".,:;!?…)}]’`\\"
"""What stands in addresses, too, but at the end of one is the sentence's."""
_NAME = rf"([^=&;#?{_ENDING}]{{1,100}})"
_VALUE = rf"([^&;#{_ENDING}]+(?:;(?![\w%.-]{{1,100}}=)[^&;#{_ENDING}]*)*)"
_PAIR = re.compile(rf"(?<=[?&#]){_NAME}={_VALUE}|(?<=;){_NAME}=([^&;#?{_ENDING}]+)")
"""Of a query, of a fragment; behind a semicolon, of a query (``&amp;``) or of a path."""
_BARE_KEY = re.compile(
    rf"(?<=[?&])[0-9A-Fa-f]{{32,}}(?=[{re.escape(_CLOSING)}]*(?:[&#{_ENDING}]|$))"
)
_LONG_HEX = re.compile(r"[0-9A-Fa-f]{32,}")
_NAMES = frozenset(
    "key api token auth authorization sig sign signature secret password passwd pass pwd pw"
    " session sid credential credentials jwt bearer hmac ticket private".split()
)
_ENDS = (
    "token", "apikey", "accesskey", "accesskeyid", "secretkey", "privatekey", "authkey", "feedkey",
    "rsskey", "userkey", "secret", "password", "passwd", "signature", "credential", "credentials",
    "sessionid", "sessid",
)  # fmt: skip
"""How the names of query parameters end that hold a secret, without their marks and capitals:
"access_token", "X-Amz-Signature"."""


def masked(text: str) -> str:
    """Put ``MASK`` in the place of every secret of every address in a text.

    What is no secret stays; what is masked already, too.
    """
    if "@" in text:
        # The bare one first: what it leaves behind a scheme is the other's.
        text = _BARE_USER_INFO.sub(f"{MASK}@", text)
        text = _USER_INFO.sub(f"{MASK}@", text)
    if "=" in text:
        text = _PAIR.sub(_pair, text)
    return _BARE_KEY.sub(MASK, text) if "?" in text else text


def without_user_info(url: str) -> str:
    """Return an address without the name and password that may stand before its host."""
    return _LEADING_USER_INFO.sub(r"\1", url) if "@" in url else url


def is_masked(url: str) -> bool:
    """Tell whether an address was copied from where its secret is not shown."""
    return MASK in url


def _pair(found: re.Match[str]) -> str:
    name, told = (group for group in found.groups() if group is not None)
    value = told.rstrip(_CLOSING) or told
    end = told[len(value) :]
    if is_secret(name, value):
        return f"{name}={MASK}{end}"
    if "%3a%2f%2f" in value.lower():  # an address inside an address: a proxy's, a bridge's
        inner = unquote(value)
        shown = masked(inner)
        return f"{name}={quote(shown, safe='*')}{end}" if shown != inner else found.group()
    return found.group()


def is_secret(name: str, value: str) -> bool:
    """Tell whether a query's parameter is a key to something, by its name or by its value."""
    plain = re.sub(r"[^a-z0-9]", "", unquote(name).lower())
    return plain in _NAMES or plain.endswith(_ENDS) or _LONG_HEX.fullmatch(value) is not None
