#!/usr/bin/env python3
"""Which RFC is where: makes docs/rfc.md from the comments of the sources, which cite RFCs with their sections.

    rfc_index.py ROOT            fails if the page is not what the sources say
    rfc_index.py ROOT --write    writes it
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

CITED = re.compile(r"RFC (\d{3,5})((?:,? ?§ ?[\d.]+\d(?: ?\([a-z]\))?)*)")
SECTION = re.compile(r"§ ?([\d.]+\d)")
TITLES = {
    "1997": "BGP communities", "1998": "Multi-home routing with communities", "2545": "IPv6 next hops", "2918": "Route refresh",
    "4271": "BGP-4", "4360": "Extended communities", "4456": "Route reflection", "4486": "Cease subcodes", "4632": "CIDR",
    "4724": "Graceful restart", "4760": "Multiprotocol extensions", "5065": "Confederations", "5492": "Capabilities",
    "5668": "4-octet AS extended communities", "5701": "IPv6 extended communities", "5952": "IPv6 text form",
    "6286": "AS-wide unique identifiers", "6396": "MRT", "6608": "FSM error subcodes", "6793": "4-octet AS numbers",
    "7300": "Last AS numbers reserved", "7311": "AIGP", "7313": "Enhanced route refresh", "7606": "Error handling of UPDATEs",
    "7607": "AS 0", "7911": "Add-Path", "7947": "Route server", "8092": "Large communities", "8203": "Shutdown communication",
    "8212": "Default deny on eBGP", "8326": "Graceful shutdown", "8538": "Notification graceful restart", "8654": "Extended messages",
    "8950": "IPv4 routes with IPv6 next hops", "9003": "Shutdown communication", "9072": "Extended optional parameters",
    "9234": "Roles and OTC", "9494": "Long-lived graceful restart", "9687": "Send hold timer", "7999": "BLACKHOLE",
}


def citations(root):
    found = defaultdict(lambda: defaultdict(set))
    for layer in ("wire", "actors", "configs", "capnp", "cli"):
        for path in sorted((root / layer).rglob("*")):
            if path.suffix in (".hpp", ".cpp", ".capnp"):
                for number, sections in CITED.findall(path.read_text()):
                    found[number][str(path.relative_to(root))] |= set(SECTION.findall(sections))
    return found


def section_key(section):
    return [int(x) for x in section.split(".") if x]


def page(root):
    lines = ["# RFCs", "", "Where the sources cite which RFC, made by `tests/support/rfc_index.py` from their comments. What is missing of each",
             "stands in [features](features.md).", ""]
    for number, files in sorted(citations(root).items(), key=lambda kv: int(kv[0])):
        lines += [f"## RFC {number}" + (f": {TITLES[number]}" if number in TITLES else ""), ""]
        for name, sections in sorted(files.items()):
            marks = ", ".join("§" + s for s in sorted(sections, key=section_key))
            lines.append(f"- `{name}`" + (f" {marks}" if marks else ""))
        lines.append("")
    return "\n".join(lines)


def main():
    root = Path(sys.argv[1]).resolve()
    target, wanted = root / "docs/rfc.md", page(root)
    if "--write" in sys.argv:
        target.write_text(wanted)
        return 0
    if not target.is_file() or target.read_text() != wanted:
        print("docs/rfc.md is not what the sources say: run tests/support/rfc_index.py . --write")
        return 1
    print("docs/rfc.md is what the sources say")
    return 0


if __name__ == "__main__":
    sys.exit(main())
