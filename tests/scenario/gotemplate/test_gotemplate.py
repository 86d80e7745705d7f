from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.scenario.gotemplate import TemplateError, parse

DATA: dict[str, Any] = {
    "Iteration": 3,
    "Replica": 1,
    "JobName": "density",
    "image": "pause:3.1",
    "names": ["a", "b"],
    "limits": {"cpu": "10m", "memory": "10M"},
    "empty": "",
    "on": True,
}


def rendered(template: str, **more: Any) -> str:
    return parse(template).render({**DATA, **more})


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain text", "plain text"),
        ("pod-{{.Replica}}-{{ .Iteration }}", "pod-1-3"),
        ("{{.limits.cpu}}", "10m"),
        ("{{$.JobName}}", "density"),
        ("a  {{- .Replica -}}  b", "a1b"),
        ("a {{/* a comment with }} in it? no */}}b", "a b"),
        ('{{"}}"}}', "}}"),
        ("{{`raw \\n`}}", "raw \\n"),
        ("{{ 0x10 }} {{ -2 }} {{ 1.5 }}", "16 -2 1.5"),
        ("{{ true }} {{ nil }}", "true <no value>"),
        ("{{ .names }} {{ .limits }}", "[a b] map[cpu:10m memory:10M]"),
    ],
)
def test_what_stands_in_braces_is_replaced(template: str, text: str) -> None:
    assert rendered(template) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{if .on}}yes{{else}}no{{end}}", "yes"),
        ("{{if .empty}}yes{{else if eq .Iteration 3}}three{{else}}no{{end}}", "three"),
        ("{{if and .on (gt .Iteration 2)}}yes{{end}}", "yes"),
        ("{{if not .on}}yes{{end}}", ""),
        ("{{with .limits}}{{.cpu}}{{end}}", "10m"),
        ("{{with .empty}}x{{else}}{{.JobName}}{{end}}", "density"),
        ("{{range .names}}<{{.}}>{{end}}", "<a><b>"),
        ("{{range $i, $name := .names}}{{$i}}{{$name}}{{end}}", "0a1b"),
        ("{{range $key, $value := .limits}}{{$key}}={{$value}};{{end}}", "cpu=10m;memory=10M;"),
        ("{{range until 3}}{{.}}{{end}}", "012"),
        ("{{range 2}}x{{end}}", "xx"),
        ("{{range .empty | list}}{{else}}none{{end}}{{range list}}{{else}}none{{end}}", "none"),
        ("{{$n := 1}}{{range .names}}{{$n = add $n 1}}{{end}}{{$n}}", "3"),
        ("{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21"),
    ],
)
def test_branches_loops_and_variables_have_go_s_scopes(template: str, text: str) -> None:
    assert rendered(template) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ .image | upper | quote }}", '"PAUSE:3.1"'),
        ("{{ add .Iteration 1 | mul 2 }}", "8"),
        ("{{ div 7 2 }} {{ div -7 2 }} {{ mod 7 3 }} {{ mod -7 3 }}", "3 -3 1 -1"),
        ('{{ .missing | default "none" }}', "none"),
        ('{{ printf "%s-%03d" .JobName .Iteration }}', "density-003"),
        ('{{ printf "%5.1f|%-4d|%q|%%" 2.25 7 "x" }}', '  2.2|7   |"x"|%'),
        ('{{ index .limits "cpu" }} {{ index .names 1 }}', "10m b"),
        ('{{ "a b" | replace " " "-" | b64enc }}', "YS1i"),
        ("{{ ternary 1 2 .on }} {{ len .names }} {{ seq 2 4 }} {{ seq 2 }}", "1 2 2 3 4 1 2"),
        ('{{ list 1 2 | toJson }} {{ (dict "a" 1).a }}', "[1,2] 1"),
        ('{{ nindent 2 "a\\nb" }}', "\n  a\n  b"),
        ("{{ Binomial 4 2 }} {{ IndexToCombination 1 1 .names }}", "6 [b]"),
        ('{{ or .empty "x" }} {{ and .on .JobName }} {{ coalesce .empty .image }}', "x density pause:3.1"),
        ("{{ if or .on (index .names 9) }}guarded{{ end }}", "guarded"),
    ],
)
def test_functions_of_go_and_sprig_give_what_they_give_there(template: str, text: str) -> None:
    assert parse(template).render(DATA, missing_is_empty=True) == text


@pytest.mark.parametrize(
    ("template", "line", "problem"),
    [
        ("a\n{{.Nothing}}", 2, "there is no value for .Nothing"),
        ("{{if .on}}", 1, "`if` has no `end`"),
        ("\n\n{{end}}", 3, "`end` has nothing that it could end"),
        ("{{ nosuch 1 }}", 1, "the function `nosuch` is not known"),
        ("{{ template }}", 1, "`template` is not supported in templates"),
        ("{{ .a", 1, "an action begins with `{{` and does not end"),
        ("{{ (add 1 2 }}", 1, "a parenthesis is not closed"),
        ("{{ add 1 2) }}", 1, "`)` does not belong here"),
        ("{{ 1 2 }}", 1, "only a function takes arguments"),
        ("{{ $x }}", 1, "the variable $x has not been declared"),
        ("{{ $x = 1 }}", 1, "the variable $x has not been declared"),
        ("\n{{ }}", 2, "an action is empty"),
        ("{{ | upper }}", 1, "a command is missing"),
        ("{{ & }}", 1, "'&' is not understood in an action"),
        ("{{ 1 | .JobName }}", 1, "a value can be piped into a function only"),
        ("{{ range .JobName }}{{ end }}", 1, "range cannot go through density"),
        ("{{if 1}}{{else}}{{else}}{{end}}", 1, "`if` has more than one `else`"),
        ("{{if 1}}{{else with}}{{end}}", 1, "`else` takes nothing but `if` after it"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(template: str, line: int, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        rendered(template)
    assert (caught.value.line, caught.value.problem) == (line, problem)


def test_a_function_that_cannot_work_says_what_it_was_given() -> None:
    with pytest.raises(TemplateError, match="`div` does not work with 1, 0"):
        rendered("{{ div 1 0 }}")


def test_a_template_cannot_fill_the_memory() -> None:
    with pytest.raises(TemplateError, match="more than 4 MiB"):
        rendered('{{range until 100000}}{{ repeat 100 "x" }}{{end}}')
    with pytest.raises(TemplateError, match="at most 100000"):
        rendered("{{until 1000000000}}")
    with pytest.raises(TemplateError, match="too long"):
        rendered('{{ repeat 1000000000 "x" }}')


@given(st.text(max_size=200))
def test_any_text_is_either_rendered_or_refused(text: str) -> None:
    with contextlib.suppress(TemplateError):
        parse(text).render(DATA)


@given(st.text(alphabet=st.characters(blacklist_characters="{"), max_size=200))
def test_text_without_actions_comes_out_as_it_went_in(text: str) -> None:
    assert parse(text).render({}) == text
