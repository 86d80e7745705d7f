"""What names, labels, keys and ports must look like, and the words in which the API says that they do not.

Each check returns the messages of what is wrong, none where nothing is. Sources: apimachinery, pkg/util/validation and
pkg/api/validate/content; the words are part of the API, since clients show them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from plimsoll.kube.names import RandomSource, pod_suffix

Check = Callable[[str], tuple[str, ...]]
"""A check of a text: messages, none where it is right."""

LONGEST_LABEL = 63
LONGEST_SUBDOMAIN = 253
LONGEST_GENERATED_BASE = 58
"""Characters kept of ``generateName``, so that the result is a label (apiserver, pkg/storage/names)."""

_LABEL_FORM = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN_FORM = rf"{_LABEL_FORM}(\.{_LABEL_FORM})*"
_LABEL_1035_FORM = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED_FORM = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE_FORM = f"({_QUALIFIED_FORM})?"
_CONFIG_KEY_FORM = "[-._a-zA-Z0-9]+"
_WILDCARD_FORM = rf"\*\.{_SUBDOMAIN_FORM}"
_HEADER_FORM = "[-A-Za-z0-9]+"
_PERCENT_FORM = "[0-9]+%"

_LABEL_WORDS = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character"
)
_SUBDOMAIN_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character"
)
_LABEL_1035_WORDS = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character"
)
_NAME_PART_WORDS = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)
_LABEL_VALUE_WORDS = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character"
)
_CONFIG_KEY_WORDS = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
_WILDCARD_WORDS = (
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower "
    "case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
)
_ENVIRONMENT_WORDS = "a valid environment variable name must consist only of printable ASCII characters other than '='"

_LONGEST_PORT_NAME = 15
_HIGHEST_PORT = 65_535


def form_error(words: str, form: str, *examples: str) -> str:
    """Word what a regular expression refuses, with examples as the API lists them."""
    if not examples:
        return f"{words} (regex used for validation is '{form}')"
    listed = ", ".join(f"'{example}'" if n == 0 else f" or '{example}'" for n, example in enumerate(examples))
    return f"{words} (e.g. {listed}, regex used for validation is '{form}')"


def at_most_characters(count: int) -> str:
    """Word that a name is too long."""
    return f"must be no more than {count} characters"


def in_range(value: int, low: int, high: int) -> tuple[str, ...]:
    """Check that a number is between two others, both included."""
    return () if low <= value <= high else (f"must be between {low} and {high}, inclusive",)


@lru_cache(maxsize=4096)
def dns_label(value: str) -> tuple[str, ...]:
    """Check a DNS-1123 label, as containers, volumes and namespaces are named."""
    return _checked(
        value, _LABEL_FORM, LONGEST_LABEL, lambda: form_error(_LABEL_WORDS, _LABEL_FORM, "my-name", "123-abc")
    )


@lru_cache(maxsize=4096)
def dns_subdomain(value: str) -> tuple[str, ...]:
    """Check a DNS-1123 subdomain, as most objects are named."""
    return _checked(
        value,
        _SUBDOMAIN_FORM,
        LONGEST_SUBDOMAIN,
        lambda: form_error(_SUBDOMAIN_WORDS, _SUBDOMAIN_FORM, "example.com"),
    )


def underscored_subdomain(value: str) -> tuple[str, ...]:
    """Check a subdomain that may also have underscores, as search paths of DNS do."""
    words = _SUBDOMAIN_WORDS.replace("'-' or '.'", "'_', '-' or '.'")
    label = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
    form = rf"{label}(\.{label})*"
    return _checked(value, form, LONGEST_SUBDOMAIN, lambda: form_error(words, form, "example.com"))


def dns_1035_label(value: str) -> tuple[str, ...]:
    """Check a label that starts with a letter (RFC 1035), as services and port names once had to."""
    return _checked(
        value,
        _LABEL_1035_FORM,
        LONGEST_LABEL,
        lambda: form_error(_LABEL_1035_WORDS, _LABEL_1035_FORM, "my-name", "abc-123"),
    )


def wildcard_subdomain(value: str) -> tuple[str, ...]:
    """Check a host such as ``*.example.com``."""
    return _checked(
        value, _WILDCARD_FORM, LONGEST_SUBDOMAIN, lambda: form_error(_WILDCARD_WORDS, _WILDCARD_FORM, "*.example.com")
    )


def path_segment(value: str) -> tuple[str, ...]:
    """Check a name that only has to fit into a URL, as roles are named."""
    if value in {".", ".."}:
        return (f"may not be '{value}'",)
    return tuple(f"may not contain '{mark}'" for mark in "/%" if mark in value)


@lru_cache(maxsize=4096)
def qualified_name(value: str) -> tuple[str, ...]:
    """Check a key of labels, annotations and resources: a name, maybe with a DNS subdomain and a slash before it."""
    prefix, slash, name = value.rpartition("/")
    errors: list[str] = []
    if "/" in prefix:
        words = form_error(_NAME_PART_WORDS, _QUALIFIED_FORM, "MyName", "my.name", "123-abc")
        return (f"a valid label key {words} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",)
    if slash and not prefix:
        errors.append("prefix part must be non-empty")
    elif slash:
        errors += [f"prefix part {message}" for message in _in_bytes(dns_subdomain(prefix))]
    if not name:
        errors.append("name part must be non-empty")
    elif len(name) > LONGEST_LABEL:
        errors.append(f"name part must be no more than {LONGEST_LABEL} bytes")
    if not _matches(_QUALIFIED_FORM, name):
        errors.append("name part " + form_error(_NAME_PART_WORDS, _QUALIFIED_FORM, "MyName", "my.name", "123-abc"))
    return tuple(errors)


@lru_cache(maxsize=4096)
@lru_cache(maxsize=4096)
def label_value(value: str) -> tuple[str, ...]:
    """Check the value of a label."""
    messages = _checked(
        value,
        _LABEL_VALUE_FORM,
        LONGEST_LABEL,
        lambda: form_error(_LABEL_VALUE_WORDS, _LABEL_VALUE_FORM, "MyValue", "my_value", "12345"),
    )
    return _in_bytes(messages)


def config_key(value: str) -> tuple[str, ...]:
    """Check a key of a config map or secret, which becomes the name of a file."""
    errors = [
        *([at_most_characters(LONGEST_SUBDOMAIN)] if len(value) > LONGEST_SUBDOMAIN else []),
        *(
            [form_error(_CONFIG_KEY_WORDS, _CONFIG_KEY_FORM, "key.name", "KEY_NAME", "key-name")]
            if not _matches(_CONFIG_KEY_FORM, value)
            else []
        ),
    ]
    if value in {".", ".."}:
        errors.append(f"must not be '{value}'")
    elif value.startswith(".."):
        errors.append("must not start with '..'")
    return tuple(errors)


def environment_name(value: str) -> tuple[str, ...]:
    """Check the name of an environment variable: printable ASCII without ``=``."""
    if not value:
        return ("environment variable name must not be empty",)
    printable = all(" " <= mark <= "~" and mark != "=" for mark in value)
    return () if printable else (_ENVIRONMENT_WORDS,)


def port_number(value: int) -> tuple[str, ...]:
    """Check the number of a port."""
    return in_range(value, 1, _HIGHEST_PORT)


def port_name(value: str) -> tuple[str, ...]:
    """Check the name of a port (an IANA service name)."""
    errors = []
    if len(value) > _LONGEST_PORT_NAME:
        errors.append(at_most_characters(_LONGEST_PORT_NAME))
    if not _matches("[-a-z0-9]+", value):
        errors.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", value):
        errors.append("must contain at least one letter (a-z)")
    if "--" in value:
        errors.append("must not contain consecutive hyphens")
    if value[:1] == "-" or value[-1:] == "-":
        errors.append("must not begin or end with a hyphen")
    return tuple(errors)


def percentage(value: str) -> tuple[str, ...]:
    """Check a share such as ``25%``."""
    words = "a valid percent string must be a numeric string followed by an ending '%'"
    return () if _matches(_PERCENT_FORM, value) else (form_error(words, _PERCENT_FORM, "1%", "93%"),)


def http_header_name(value: str) -> tuple[str, ...]:
    """Check the name of a header that a probe sends."""
    words = "a valid HTTP header must consist of alphanumeric characters or '-'"
    return () if _matches(_HEADER_FORM, value) else (form_error(words, _HEADER_FORM, "X-Header-Name"),)


def generated_name(base: str, random: RandomSource) -> str:
    """Return the name that ``generateName`` leads to: the base, cut, and five characters."""
    return base[:LONGEST_GENERATED_BASE] + pod_suffix(random)


def of_prefix(check: Check) -> Check:
    """Turn a check of names into one of ``generateName``, whose trailing dash the generated part will follow."""

    def checked(value: str) -> tuple[str, ...]:
        return check(value[:-2] + "a" if len(value) > 1 and value.endswith("-") else value)

    return checked


@lru_cache(maxsize=64)
def _compiled(form: str) -> re.Pattern[str]:
    return re.compile(form)


def _matches(form: str, value: str) -> bool:
    return _compiled(form).fullmatch(value) is not None


def _checked(value: str, form: str, longest: int, words: Callable[[], str]) -> tuple[str, ...]:
    too_long = (at_most_characters(longest),) if len(value) > longest else ()
    if _matches(form, value):
        return too_long
    if form == _LABEL_FORM and _matches(_SUBDOMAIN_FORM, value):
        return (*too_long, "must not contain dots")
    return (*too_long, words())


def _in_bytes(messages: tuple[str, ...]) -> tuple[str, ...]:
    """Labels are measured in bytes by now, names in characters still."""
    return tuple(re.sub(r"^(must be no more than \d+) characters$", r"\1 bytes", message) for message in messages)
