"""The IP address of a request for the solver: a number, and its version.

The facts of an IPv4 address that is written as an IPv6 address (`::ffff:10.0.0.1`) are not
documented, so they may have any value.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import z3

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_BITS: Final = {4: 32, 6: 128}
_MAPPED = ipaddress.ip_network("::ffff:0:0/96")
_FACTS = {
    "isprivate": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    "isloopback": ("127.0.0.0/8", "::1/128"),
    "ismulticast": ("224.0.0.0/4", "ff00::/8"),
    "islinklocalmulticast": ("224.0.0.0/24", "ff02::/16"),
    "isunspecified": ("0.0.0.0/32", "::/128"),
}
"""The networks of the facts of an address, by the name without capitals."""

_NOT_GLOBAL = (
    *_FACTS["isloopback"],
    *_FACTS["ismulticast"],
    *_FACTS["isunspecified"],
    *("169.254.0.0/16", "fe80::/10", "255.255.255.255/32"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a request.

    Attributes:
        is4: Whether it is an IPv4 address.
        number: The address as a number.
    """

    is4: Any
    number: Any

    @property
    def bounds(self) -> list[Any]:
        """The conditions that every address fulfils."""
        limit = z3.If(self.is4, z3.IntVal(2 ** _BITS[4]), z3.IntVal(2 ** _BITS[6]))
        return [self.number >= 0, self.number < limit]

    @property
    def is_mapped(self) -> Any:  # noqa: ANN401 (the solver has no types)
        """The condition that it is an IPv4 address, written as an IPv6 address."""
        return self.is_in([_MAPPED])

    def is_in(self, networks: Iterable[_Network]) -> Any:  # noqa: ANN401 (Z3's own)
        """Return whether one of the networks contains the address."""
        return z3.Or(
            *(
                z3.And(
                    self.is4 if network.version == 4 else z3.Not(self.is4),
                    self.number >= int(network.network_address),
                    self.number <= int(network.broadcast_address),
                )
                for network in networks
            )
        )

    def test(self, name: str) -> Any | None:  # noqa: ANN401 (Z3's own)
        """Return a fact such as `isPrivate`; None for a fact that the solver does not get."""
        if name in ("is4", "is6"):
            return self.is4 if name == "is4" else z3.Not(self.is4)
        networks = parse_all(_NOT_GLOBAL if name == "isglobalunicast" else _FACTS.get(name, ()))
        if not networks:
            return None
        found = self.is_in(networks)
        usual = z3.Not(found) if name == "isglobalunicast" else found
        return z3.If(self.is_mapped, z3.Bool(f"{name} of a mapped address"), usual)

    def read(self, model: Any) -> str:  # noqa: ANN401 (Z3's own)
        """Return the address that an answer of the solver has."""
        number = model.eval(self.number, model_completion=True).as_long()
        is4 = str(model.eval(self.is4, model_completion=True)) == "True"
        return str(ipaddress.IPv4Address(number) if is4 else ipaddress.IPv6Address(number))


def make_address() -> Address:
    """Make the address of a request."""
    return Address(z3.Bool("ip is an IPv4 address"), z3.Int("ip"))


def parse_all(texts: Iterable[object]) -> list[_Network] | None:
    """Parse networks; None if one is not valid."""
    try:
        return [ipaddress.ip_network(str(text), strict=False) for text in texts]
    except ValueError:
        return None
