"""XML of Office files and books: no entities, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from rag.loaders.base import LoadError


def parse_xml(data: bytes) -> Element:
    """Return the root of an XML document.

    Raises:
        LoadError: if it is damaged, defines entities or refers to other files.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(data)
    except DefusedXmlException as error:
        raise LoadError(
            "defines entities or refers to other files, as only hostile files do; remove it"
        ) from error
    except (ParseError, ValueError, LookupError) as error:  # LookupError: an unknown encoding
        raise LoadError(f"is damaged ({error}); save it anew") from error
    return root


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute by its name without its namespace, or None."""
    for key, value in element.attrib.items():
        if key == name or key.endswith("}" + name):
            return value
    return None


def find_all(element: Element, name: str) -> Iterator[Element]:
    """Yield the descendants of that name without its namespace, in order."""
    return (found for found in element.iter() if local(found) == name)


def words(element: Element | None) -> str:
    """Return the text of an element and all in it."""
    return "".join(element.itertext()) if element is not None else ""
