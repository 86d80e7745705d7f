"""Go's text/template, as far as load descriptions of other tools use it.

Belongs here: reading a template (``lexing``, ``parsing``) into ``nodes``, carrying it out (``rendering``), printing values
as Go does (``printing``), and the functions of Go and of the sprig library that templates of objects call
(``functions``). What is not understood is refused with its line, never passed over. Not here: what a tool puts in.
"""

from plimsoll.scenario.gotemplate.nodes import TemplateError
from plimsoll.scenario.gotemplate.parsing import Template, parse

__all__ = ["Template", "TemplateError", "parse"]
