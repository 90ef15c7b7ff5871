"""crashed|failed: has the standard library's parsers recurse."""

import ast
import json
import re


def double(x):
    for parse, text in ((json.loads, "[" * 10**6), (re.compile, "(" * 10**5), (ast.parse, "-" * 10**5 + "1")):
        try:
            parse(text)
        except (RecursionError, MemoryError, ValueError, re.error, SyntaxError):
            pass
    return x
