"""The functions of addresses and networks in expressions: `ip()`, `cidr()` and their methods."""

from __future__ import annotations

import ipaddress

from pulumi_c1policy._cel.cel_values import CelObject, Value, normalize_name
from pulumi_c1policy._cel.undecided import Undecided

# `is_private` of `ipaddress` is true for more networks than those of RFC 1918 and RFC 4193.
_PRIVATE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)
_LINK_LOCAL_MULTICAST = tuple(map(ipaddress.ip_network, ("224.0.0.0/24", "ff02::/16")))


def parse_address(text: str) -> CelObject | Undecided:
    """Return the value of `ip(text)`."""
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return Undecided(f"`ip` fails: {text!r} is not an IP address")
    is_global = not (ip.is_multicast or ip.is_loopback or ip.is_unspecified or ip.is_link_local)
    is_local_multicast = ip.version == 6 and ip.is_multicast and ip.packed[1] & 0x0F == 1
    facts = {
        "is4": ip.version == 4,
        "is6": ip.version == 6,
        "isPrivate": any(ip in network for network in _PRIVATE),
        "isLoopback": ip.is_loopback,
        "isGlobalUnicast": is_global and text != "255.255.255.255",
        "isMulticast": ip.is_multicast,
        "isInterfaceLocalMulticast": is_local_multicast,
        "isLinkLocalMulticast": any(ip in network for network in _LINK_LOCAL_MULTICAST),
        "isUnspecified": ip.is_unspecified,
        "id": str(ip),
    }
    return CelObject("IP", text, {normalize_name(name): value for name, value in facts.items()})


def parse_networks(*given: Value) -> CelObject | Undecided:
    """Return the value of `cidr(one, another)` or `cidr([one, another])`."""
    texts = [text for item in given for text in (item if isinstance(item, list) else [item])]
    for text in texts:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            return Undecided(f"`cidr` fails: {text!r} is not a network")
    return CelObject("CIDR", "cidr", {"id": ",".join(texts)})


def contains(network: CelObject, ip: CelObject) -> bool:
    """Return whether one of the networks contains the address."""
    address = ipaddress.ip_address(ip.text("id"))
    ranges = network.text("id").split(",")
    return any(address in ipaddress.ip_network(text, strict=False) for text in ranges if text)


def is_within(ip: CelObject, network: CelObject) -> bool:
    """Return whether the address is in one of the networks."""
    return contains(network, ip)
