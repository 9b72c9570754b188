"""Our kinds of question in wagtailstreamforms' registry, which looks for a module of this name.

The library's own module comes first, so that ours win whatever the order of apps. What we do not offer is
taken out: its file fields store uploads under a public address, its choices store labels instead of keys.
"""

from wagtailstreamforms import fields as library
from wagtailstreamforms import wagtailstreamforms_fields  # noqa: F401 -- registers the library's kinds first

from forms_app.fields.registry import KINDS

for name in set(library._fields) - set(KINDS):
    del library._fields[name]
# Anew, because the order of the registry is the order in the editor's palette.
for name, kind in KINDS.items():
    library._fields.pop(name, None)
    library.register(name, type(kind))
