"""Values that broke somebody's service once, as bytes ready for a URL, a header or JSON."""

from urllib.parse import quote

MARK = "Zq7hostile"
"""Part of many values: an answer that refuses them must not give it back."""

TEXTS: dict[str, str] = {
    "empty": "",
    "blank": " ",
    "nul": f"{MARK}\x00",
    "lone nul": "\x00",
    "newline": f"{MARK}\r\nX-Injected: 1",
    "escape": f"{MARK}\x1b[31m",
    "quote": f"{MARK}'",
    "sql": f"{MARK}' OR '1'='1",
    "sql stacked": f"{MARK}'; DROP TABLE town; --",
    "sql sleep": f"{MARK}'||pg_sleep(9)||'",
    "like": "%",
    "like escape": "\\",
    "tsquery": f"{MARK} & | ! <-> :* ( '",
    "regex": "(a+)+$",
    "format": "%s%n%x {0} {MARK} ${jndi:ldap://x}",
    "template": "{{7*7}}",
    "html": f"<script>{MARK}</script>",
    "traversal": "../../../../etc/passwd",
    "traversal windows": "..\\..\\windows\\win.ini",
    "absolute": "/etc/passwd",
    "url": "http://169.254.169.254/latest/meta-data/",
    "2^31": str(2**31),
    "2^63": str(2**63),
    "-2^63-1": str(-(2**63) - 1),
    "negative": "-1",
    "zero": "0",
    "huge": "9" * 400,
    "1e400": "1e400",
    "float": "0.1",
    "infinity": "Infinity",
    "nan": "NaN",
    "hex": "0x10",
    "underscore": "1_000",
    "arabic digits": "\u0661\u0662",
    "plus": "+1",
    "true": "true",
    "null": "null",
    "array": "[]",
    "object": '{"$ne":null}',
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "right to left": "\u202e\u0627\u0644",
    "combining": "e" + "\u0301" * 500,
    "zero width": "\u200b\ufeff",
    "bell": "\x07",
    "delete": "\x7f",
    "not a character": "\uffff",
    "beyond the BMP": "\U0010ffff",
    "date": "9999-99-99",
    "far date": "+292277026596-12-04T15:30:08Z",
    "date zero": "0000-00-00",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "code": "2A004' --",
    "comma": ",,,,",
    "many commas": "," * 3000,
    "four numbers": "1e308,-1e308,nan,inf",
    "cursor": "eyJhIjoxfQ.AAAA",
    "long": "A" * 5_000,
}

RAW: dict[str, bytes] = {
    "percent alone": b"%",
    "percent zz": b"%zz",
    "invalid utf-8": b"%ff",
    "overlong slash": b"%c0%af",
    "lone surrogate": b"%ed%a0%80",
    "double encoded nul": b"%2500",
    "encoded slash": b"..%2f..%2fetc%2fpasswd",
    "semicolon": b"a;b=c",
    "raw utf-8": "é".encode(),
    "raw latin-1": b"\xe9",
    "utf-16": b"%fe%ff%00a",
}


def in_url() -> dict[str, bytes]:
    """Return every value as it stands in a URL."""
    return {name: quote(text, safe="").encode() for name, text in TEXTS.items()} | RAW


def in_header() -> dict[str, bytes]:
    """Return every value as it stands in a header, bare line ends and NUL included."""
    texts = {name: text.encode() for name, text in TEXTS.items()}
    return texts | {"raw latin-1": b"\xe9\xff", "very long": b"A" * 20_000}


BODIES: dict[str, bytes] = {
    "not json": b"{",
    "nothing": b" ",
    "nan": b'{"amount_eur": NaN}',
    "infinity": b'{"amount_eur": -Infinity}',
    "1e400": b'{"amount_eur": 1e400}',
    "2^63": b'{"amount_eur": 9223372036854775808}',
    "twice": b'{"a": 1, "a": 2}',
    "nul": b'{"a": "\\u0000"}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "invalid utf-8": b'{"a": "\xff"}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "deep": b"[" * 20_000 + b"]" * 20_000,
    "wide": b'{"a": "' + b"A" * 1_000_000 + b'"}',
    "array": b"[]",
    "string": b'"a"',
    "null": b"null",
    "number of many digits": b"1" * 100_000,
}
