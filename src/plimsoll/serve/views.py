"""Other forms of objects: Tables, and metadata without the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from plimsoll.registry.requests import Listing
from plimsoll.serve.encoding import EventEncoder

if TYPE_CHECKING:
    from plimsoll.apimachinery.kinds import APIResource
    from plimsoll.kube.resources import Object
    from plimsoll.serve.negotiation import Representation


class Views:
    """Turns objects and lists into the form that a client asked for."""

    def transform(
        self, row: APIResource, value: Object | Listing, representation: Representation, options: Mapping[str, str]
    ) -> Any:
        """A list or an object in another form. A Status stays what it is."""
        raise NotImplementedError

    def event_encoder(
        self, row: APIResource, representation: Representation, options: Mapping[str, str]
    ) -> EventEncoder:
        """The encoder of one watch's events."""
        raise NotImplementedError
