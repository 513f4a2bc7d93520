"""Splits blanked C++ into statements, so that a rule can ask what stands in one full expression.

A statement's text keeps the braces of initialisers and loses the bodies of lambdas (each becomes `BODY`); what is
in a body are statements of their own. A header (`if (…)`, a function's signature) is a statement too. This
is a reader's approximation and no parser: templates and macros are looked at as they are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BODY = "\x01"
OPENERS = {")": "(", "]": "[", "}": "{"}

TRAILING_RETURN = re.compile(r"->\s*[\w:<>,&*\s]+$")
SPECIFIERS = re.compile(r"\b(?:mutable|noexcept|constexpr|consteval|const|override|final)\s*$")
TYPE_HEADER = re.compile(r"^\s*(?:template\s*<.*>\s*)?(?:export\s+|inline\s+|typedef\s+)*"
                         r"(?:class|struct|union|enum|namespace|extern)\b[^=(]*$", re.DOTALL)
BLOCK_WORD = re.compile(r"(?:\b(?:else|do|try)|[:}])\s*$")
WORD_BEFORE_LAMBDA = re.compile(r"\b(?:return|co_return|co_await|co_yield|case|else|and|or|not)\s*$")
BINDING = re.compile(r"\bauto\s*(?:const\s*)?&{0,2}\s*$")


@dataclass(frozen=True)
class Statement:
    """One statement; `offset` is that of its first character."""

    offset: int
    text: str


def opening_of(text: str, closing: int) -> int:
    """The place of the bracket that the one at `closing` closes; -1: there is none."""
    depth = 0
    for place in range(closing, -1, -1):
        if text[place] in OPENERS:
            depth += 1
        elif text[place] in "([{":
            depth -= 1
            if depth == 0:
                return place
    return -1


def is_introducer(text: str, opening: int) -> bool:
    """Whether the `[` at `opening` begins a lambda: no subscript, no attribute, no structured binding."""
    if text[opening : opening + 2] == "[[" or text[max(opening - 1, 0) : opening + 1] == "[[":
        return False
    before = text[:opening].rstrip()
    if not before or WORD_BEFORE_LAMBDA.search(before):
        return True
    if BINDING.search(before):
        return False
    return not (before[-1].isalnum() or before[-1] in "_)]")


def ends_in_lambda(text: str) -> bool:
    """Whether a `{` after `text` would be the body of a lambda."""
    text = TRAILING_RETURN.sub("", text.rstrip()).rstrip()
    while SPECIFIERS.search(text):
        text = SPECIFIERS.sub("", text).rstrip()
    if text.endswith(")"):
        text = text[: max(opening_of(text, len(text) - 1), 0)].rstrip()
        if text.endswith(">") and "]" in text:  # template parameters
            text = text[: text.rindex("]") + 1]
    if not text.endswith("]"):
        return False
    opening = opening_of(text, len(text) - 1)
    return opening >= 0 and is_introducer(text, opening)


def begins_block(text: str) -> bool:
    """Whether a `{` after `text`, outside all brackets, begins a block rather than an initialiser."""
    bare = TRAILING_RETURN.sub("", text.rstrip()).rstrip()
    while SPECIFIERS.search(bare):
        bare = SPECIFIERS.sub("", bare).rstrip()
    return not bare or bare.endswith(")") or bool(BLOCK_WORD.search(bare)) or bool(TYPE_HEADER.match(text))


class _Splitter:
    """One pass over a text; blocks are entered and left by recursion."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.found: list[Statement] = []

    def _emit(self, start: int, characters: list[str]) -> None:
        text = "".join(characters)
        if text.strip():
            leading = len(text) - len(text.lstrip())
            self.found.append(Statement(start + leading, text.strip()))

    def block(self) -> None:
        """Reads statements up to the `}` that ends this block, or the end of the text."""
        start, characters, brackets = self.place, [], []
        while self.place < len(self.text):
            character = self.text[self.place]
            self.place += 1
            if character == "{":
                so_far = "".join(characters)
                if ends_in_lambda(so_far):
                    self.block()
                    characters.append(BODY)
                    continue
                if not brackets and begins_block(so_far):
                    self._emit(start, characters)
                    self.block()
                    start, characters = self.place, []
                    continue
            if character in "([{":
                brackets.append(character)
            elif character in OPENERS:
                if brackets and brackets[-1] == OPENERS[character]:
                    brackets.pop()
                elif character == "}":
                    break
            elif character == ";" and not brackets:
                self._emit(start, characters)
                start, characters = self.place, []
                continue
            characters.append(character)
        self._emit(start, characters)


def statements(blanked: str) -> list[Statement]:
    """The statements of a text without comments, strings and preprocessor lines."""
    splitter = _Splitter(blanked)
    while splitter.place < len(blanked):  # a stray `}` ends a block too early, not the file
        splitter.block()
    return splitter.found


def value_captures(statement: str) -> list[str]:
    """The captures by value of the lambdas in a statement; `this` is a pointer and does not count."""
    captures = []
    for match in re.finditer(r"\[", statement):
        opening = match.start()
        if not is_introducer(statement, opening):
            continue
        depth = 0
        for closing in range(opening, len(statement)):
            depth += {"[": 1, "]": -1}.get(statement[closing], 0)
            if depth == 0:
                break
        inside = statement[opening + 1 : closing]
        captures += [item for item in (part.strip() for part in split_outside_brackets(inside))
                     if item and item != "this" and not item.startswith("&")]
    return captures


def split_outside_brackets(text: str) -> list[str]:
    """Splits at the commas that are in no bracket."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character in "([{":
            depth += 1
        elif character in OPENERS:
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    return parts
