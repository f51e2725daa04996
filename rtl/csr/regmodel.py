# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
"""The register description as plain Python objects, read from SystemRDL and checked.

Everything that the exporters do not support is refused here with the place in the source, so that
a register can never be generated with less than its description says.
"""

import os
import re
import sys

from systemrdl import RDLCompiler
from systemrdl.node import FieldNode, RegNode
from systemrdl.rdltypes import OnWriteType

BLOCKS = ("chip", "route", "parser", "port")
BUS_BITS = 20


def fail(node, text):
    """Stop with a message that names the register."""
    sys.exit("error: %s: %s" % (node.get_path(), text))


def one_line(text):
    """A description without line breaks and runs of blanks."""
    return re.sub(r"\s+", " ", text or "").strip()


class Field:
    """kind: const, ro (hardware input), rw (setting), w1c (sticky event), pulse (strobe)."""

    def __init__(self, node):
        self.node = node
        self.name = node.inst_name
        self.lsb, self.msb, self.width = node.lsb, node.msb, node.width
        self.title = one_line(node.get_property("name"))
        self.desc = one_line(node.get_property("desc"))
        if not self.desc:
            fail(node, "field without desc")
        reset = node.get_property("reset")
        self.has_reset = reset is not None
        self.reset = reset or 0
        self.kind = self.classify()
        self.min = node.get_property("weft_min", default=None)
        self.max = node.get_property("weft_max", default=None)
        self.signed = bool(node.get_property("weft_signed", default=False))
        self.has_range = self.min is not None or self.max is not None
        if self.has_range:
            if self.kind != "rw":
                fail(node, "a legal range needs a software-writable setting")
            if self.min is None:
                self.min = 0
            if self.max is None:
                self.max = (1 << self.width) - 1
            if not self.is_legal(self.reset) and not self.node.parent.get_property(
                    "weft_start", default=False):
                fail(node, "the reset value is out of the legal range")

    def classify(self):
        node = self.node
        sw_r, sw_w = node.is_sw_readable, node.is_sw_writable
        hw_w = node.is_hw_writable
        if node.get_property("singlepulse"):
            if sw_r or hw_w:
                fail(node, "a single pulse is sw = w, hw = r")
            return "pulse"
        if node.get_property("onwrite") == OnWriteType.woclr:
            if not (sw_r and node.get_property("hwset") and self.has_reset):
                fail(node, "a write-one-to-clear field needs sw = rw, hwset and a reset value")
            return "w1c"
        if node.get_property("onwrite") is not None or node.get_property("onread") is not None:
            fail(node, "side effect that the exporter does not know")
        if sw_r and sw_w and not hw_w:
            if not self.has_reset:
                fail(node, "a setting needs a reset value")
            return "rw"
        if sw_r and not sw_w and hw_w:
            return "ro"
        if sw_r and not sw_w and not hw_w and self.has_reset:
            return "const"
        fail(node, "access combination that the exporter does not know")
        return None

    @property
    def mask(self):
        return ((1 << self.width) - 1) << self.lsb

    def to_number(self, bits):
        """The bit pattern of a legal-range bound as a number."""
        if self.signed and bits >> (self.width - 1):
            return bits - (1 << self.width)
        return bits

    def is_legal(self, bits):
        return self.to_number(self.min) <= self.to_number(bits) <= self.to_number(self.max)

    @property
    def access(self):
        return {"const": "RO", "ro": "RO", "rw": "RW", "w1c": "W1C", "pulse": "WO"}[self.kind]


class Reg:
    def __init__(self, node):
        self.node = node
        self.name = node.inst_name
        self.title = one_line(node.get_property("name"))
        self.desc = one_line(node.get_property("desc"))
        if not self.desc:
            fail(node, "register without desc")
        if node.get_property("regwidth") != 32:
            fail(node, "only 32-bit registers")
        self.is_array = node.is_array
        self.count = node.array_dimensions[0] if node.is_array else 1
        if node.is_array and (len(node.array_dimensions) != 1 or node.array_stride != 4):
            fail(node, "only one-dimensional arrays without holes")
        self.offset = node.raw_address_offset
        self.external = bool(node.external)
        self.fields = [Field(f) for f in node.fields()]
        self.concat = bool(node.get_property("weft_concat", default=False))
        self.start = bool(node.get_property("weft_start", default=False))
        self.latched_by = node.get_property("weft_latched_by", default=None)
        kinds = {f.kind for f in self.fields}
        if kinds & {"w1c", "pulse"} and len(kinds) != 1:
            fail(node, "W1C and pulse fields do not share a register with others")
        if self.concat and (len(kinds) != 1 or self.is_array):
            fail(node, "weft_concat needs a single register with fields of one kind")
        if self.start and kinds != {"rw"}:
            fail(node, "weft_start needs settings")
        if self.is_array and (len(self.fields) != 1 or self.fields[0].name != "value"):
            fail(node, "an array register has one field named value")
        if self.latched_by and (kinds != {"ro"} or len(self.fields) != 1 or self.is_array):
            fail(node, "weft_latched_by needs one hardware status field")
        self.kinds = kinds

    @property
    def writable(self):
        return bool(self.kinds & {"rw", "w1c", "pulse"})

    @property
    def readable(self):
        return "pulse" not in self.kinds

    @property
    def reserved(self):
        """Bits without a field."""
        return 0xFFFFFFFF & ~sum(f.mask for f in self.fields)

    @property
    def reset(self):
        return sum(f.reset << f.lsb for f in self.fields)

    @property
    def has_reset(self):
        return all(f.has_reset for f in self.fields)

    @property
    def access(self):
        names = {f.access for f in self.fields}
        return "RW" if len(names) > 1 else names.pop()

    def port(self, field):
        """Name of the hardware port of a field, without suffix."""
        if self.concat or field.name == "value":
            return self.name.lower()
        return "%s_%s" % (self.name.lower(), field.name.lower())

    @property
    def addresses(self):
        return range(self.offset, self.offset + 4 * self.count, 4)


class Block:
    def __init__(self, name, node):
        self.name = name
        self.title = one_line(node.get_property("name"))
        self.desc = one_line(node.get_property("desc"))
        self.regs = []
        for child in node.children():
            if not isinstance(child, RegNode):
                fail(child, "only registers in a block")
            self.regs.append(Reg(child))
        self.size = 0x2000 if name == "port" else 0x1000
        self.bits = self.size.bit_length() - 1
        end = max(r.offset + 4 * r.count for r in self.regs)
        if end > self.size:
            fail(node, "block larger than 0x%x" % self.size)
        by_name = {r.name: r for r in self.regs}
        for index, first in enumerate(("BLOCK_ID", "BLOCK_NEXT")):
            if self.regs[index].name != first or self.regs[index].offset != 4 * index:
                fail(node, "every block begins with BLOCK_ID and BLOCK_NEXT")
        for reg in self.regs:
            if reg.latched_by and reg.latched_by not in by_name:
                fail(reg.node, "unknown register %s" % reg.latched_by)
        ident = {f.name: f.reset for f in by_name["BLOCK_ID"].fields}
        self.type, self.version = ident["block_type"], ident["block_version"]


def compile_top(folder):
    """The elaborated root of the whole address map."""
    rdl = RDLCompiler()
    rdl.compile_file(os.path.join(folder, "weft.rdl"), incl_search_paths=[folder])
    return rdl.elaborate("weft")


def load(folder):
    """(root of the address map, list of Block, {block name: byte address of its instance 0})"""
    root = compile_top(folder)
    blocks, bases = [], {}
    for child in root.top.children():
        if child.inst_name not in BLOCKS:
            fail(child, "unknown block")
        block = Block(child.inst_name, child)
        if child.raw_address_offset % block.size:
            fail(child, "base address is not a multiple of the block size")
        if child.is_array and child.array_stride != block.size:
            fail(child, "stride differs from the block size")
        blocks.append(block)
        bases[block.name] = child.raw_address_offset
    return root, blocks, bases


__all__ = ["BLOCKS", "BUS_BITS", "Block", "Field", "FieldNode", "Reg", "load"]
