"""`ip()` and `cidr()`: addresses and networks, as expressions know them."""

from __future__ import annotations

import ipaddress

from pulumi_c1policy._cel.cel_values import Record, Value, normalize_name
from pulumi_c1policy._cel.undecided import Undecided

# `ipaddress` counts more as private than the two RFCs that the word comes from.
_PRIVATE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)


def address(text: str) -> Record | Undecided:
    """An IP address."""
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return Undecided(f"`ip` fails: {text!r} is no address")
    is_global = not (ip.is_multicast or ip.is_loopback or ip.is_unspecified or ip.is_link_local)
    is_local_multicast = ip.version == 6 and ip.is_multicast and ip.packed[1] & 0x0F == 1
    link_local = ("224.0.0.0/24", "ff02::/16")
    facts = {
        "is4": ip.version == 4,
        "is6": ip.version == 6,
        "isPrivate": any(ip in network for network in _PRIVATE),
        "isLoopback": ip.is_loopback,
        "isGlobalUnicast": is_global and text != "255.255.255.255",
        "isMulticast": ip.is_multicast,
        "isInterfaceLocalMulticast": is_local_multicast,
        "isLinkLocalMulticast": any(ip in ipaddress.ip_network(n) for n in link_local),
        "isUnspecified": ip.is_unspecified,
        "id": str(ip),
    }
    return Record("IP", text, {normalize_name(name): value for name, value in facts.items()})


def networks(*given: Value) -> Record | Undecided:
    """The networks that `cidr(one, another)` or `cidr([one, another])` names."""
    texts = [text for item in given for text in (item if isinstance(item, list) else [item])]
    for text in texts:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            return Undecided(f"`cidr` fails: {text!r} is no network")
    return Record("CIDR", "cidr", {"id": ",".join(texts)})


def contains(network: Record, ip: Record) -> bool:
    """Whether one of the networks has the address."""
    wanted = ipaddress.ip_address(ip.text("id"))
    ranges = network.text("id").split(",")
    return any(wanted in ipaddress.ip_network(text, strict=False) for text in ranges if text)


def within(ip: Record, network: Record) -> bool:
    """Whether the address is in one of the networks."""
    return contains(network, ip)
