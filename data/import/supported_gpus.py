#!/usr/bin/env python3
"""Proposes GPU products out of supported-gpus.json of a Linux driver: {chips: [{devid, name, legacybranch?, features}]}.

The file gives no compute capability. It follows from the chip behind the device id, by the ranges of data/tables/pci; a device outside
them is told and left out. A legacy branch is compared with the last drivers that the data has for the capability.
"""

import json
import re
import sys

import yaml

import core
from core import InputError


def options(parser):
    parser.add_argument("file", metavar="FILE", help="supported-gpus.json")
    parser.add_argument("--driver", required=True, metavar="RELEASE", help="driver release that the file belongs to")
    core.place(parser)


def load(path):
    """[(device id, name, legacy branch or None)]: rows of boards (with a subsystem id) too."""
    try:
        with open(path, encoding="utf-8") as file:
            chips = json.load(file)["chips"]
        return [(int(chip["devid"], 16), str(chip["name"]), chip.get("legacybranch")) for chip in chips]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not of the form of supported-gpus.json: {error!r}") from error


def chips_of(data):
    """[(low, high, capability)] of the PCI tables, narrow ranges first; {device id: class}."""
    ranges, classes = [], {}
    for path in sorted(data.folder.glob("tables/pci*.yaml")) + sorted(data.folder.glob("tables/pci/*.yaml")):
        for chip in (yaml.load(path.read_text(encoding="utf-8"), core.Loader) or {}).get("chips") or []:
            capability = chip.get("compute_capability")
            for device in chip.get("devices") or []:
                capability_here = device.get("compute_capability", capability)
                ranges.append((int(str(device["id"]), 16), int(str(device["id"]), 16), capability_here))
                classes[int(str(device["id"]), 16)] = device.get("class")
            for text in chip.get("id_ranges") or []:
                low, _, high = str(text).partition("-")
                ranges.append((int(low, 16), int(high or low, 16), capability))
    return sorted(ranges, key=lambda r: (r[1] - r[0], r)), classes


def class_of(name):
    """Class by the name alone, where the name says it."""
    if re.search(r"\bGeForce\b|\bTITAN\b", name):
        return "geforce"
    if re.search(r"\b(Quadro|NVS|RTX)\b", name):
        return "workstation"
    if re.search(r"\b(Tesla|[AHBLGVPT]\d{1,3}[A-Z]?|GH200|GB200|GB300)\b", name):
        return "datacenter"
    return None


def work(args, data, proposal):
    chips = load(args.file)
    if not chips:
        raise InputError(f"{args.file}: no chips in it")
    where = core.placed(args)
    component = data.component("gpu")
    if not component:
        raise InputError("the data has no component gpu")
    ranges, classes = chips_of(data)
    products = {}
    for product in component.get("products") or []:
        products.setdefault(product["name"], set()).add(product["version"])
    have = {b.get("variant") for b in component.get("builds") or []}

    def cite():
        return proposal.source(f"nv-supported-gpus-{args.driver}", "sources/driver.yaml", kind="package_metadata",
                               title=f"supported-gpus.json of driver {args.driver}", **where)

    system = "linux-x86_64"
    new = {}
    for device, name, legacy in sorted(chips, key=lambda c: (c[1], c[0])):
        capability = next((c for low, high, c in ranges if low <= device <= high and c), None)
        known = products.get(name)
        if known:
            if capability and capability not in known:
                proposal.unknown(f"{name} ({device:04x}): capability {', '.join(sorted(known))} in the data, the chip has {capability}")
            else:
                proposal.agree(name)
        elif not capability:
            proposal.unknown(f"{name} ({device:04x}): not in the data, and no PCI table says its chip")
        else:
            kind = classes.get(device) or class_of(name)
            if kind is None or (have and kind not in have):
                proposal.unknown(f"{name} ({device:04x}), capability {capability}: the name does not say its class")
            else:
                new.setdefault(name, set()).add((capability, kind))
        for value in sorted(known or ({capability} if capability else set())):
            bound = bound_of(data, value, system)
            number = re.match(r"\d+", str(legacy or ""))
            if number and not bound:
                proposal.unknown(f"{name}: legacy branch {legacy}; the data has no last driver for capability {value}")
            elif number and not core.contains(bound, number.group(0)):
                proposal.unknown(f"{name}: legacy branch {legacy}; the data lets capability {value} have driver {bound}")
            elif number and core.contains(bound, str(int(number.group(0)) + 1)):
                proposal.unknown(f"{name}: legacy branch {legacy}; the data's bound for capability {value} is {bound}")
            elif not number and bound and not core.contains(bound, args.driver):
                proposal.unknown(f"{name}: driver {args.driver} lists it; the data's bound for capability {value} is {bound}")
    for name, values in sorted(new.items()):
        if len(values) > 1:
            proposal.unknown(f"{name}: two chips bear that name: {sorted(values)}")
            continue
        capability, kind = next(iter(values))
        last = len(component["products"]) - 1
        proposal.insert_item(component["file"], "products", last, core.row(
            {"name": name, "version": capability, "variant": kind, "sources": [cite()]}, core.PRODUCT_KEYS))


def bound_of(data, capability, platform):
    """The upper bound on the driver for a capability, or None."""
    for fact in data.about("gpu", capability, None, platform, ("requires",), "driver"):
        if fact["then"]["driver"].startswith("<") and fact.get("dispute_default") is not False:
            return fact["then"]["driver"]
    return None


if __name__ == "__main__":
    sys.exit(core.run("supported_gpus.py", __doc__.splitlines()[0], options, work))
