"""Elements of XML and HTML with text of others.

The standard library escapes the text; invisible characters, which XML does not allow, are escaped
here.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from pulumi_c1policy import _text


def make(tag: str, *content: Element | str, **attributes: object) -> Element:
    """Make an element.

    Args:
        tag: Its name.
        content: Its text and the elements inside it, in their order.
        attributes: Its attributes; `_` in a name is `-`, and an underscore at the end is dropped.
    """
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    element = Element(tag, {name: _text.to_one_line(str(value)) for name, value in named.items()})
    add(element, content)
    return element


def add(element: Element, content: Iterable[Element | str]) -> None:
    """Add text and elements at the end of an element."""
    for each in content:
        if isinstance(each, Element):
            element.append(each)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + _text.to_one_line(each)
        else:
            element.text = (element.text or "") + _text.to_one_line(each)
