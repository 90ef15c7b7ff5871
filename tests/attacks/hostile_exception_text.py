"""crashed: raises messages with HTML, terminal escapes, bidirectional overrides and NUL."""

TEXTS = [
    "\x1b[2J\x1b]0;owned\x07\x1b[31mpassed",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u202e\u2066\u2069\u200f\u061cdessap\u202c",
    "\0\r\b\x7f\x9b31m\x85\u2028\u2029",
    "[red]markup[/red] [link=file:///etc/passwd]x[/link] {call} %s",
    "\ud800\udfff\ufffe",
]


def double(x):
    raise ValueError("".join(TEXTS[: 5 if x.numel() else 6]))
