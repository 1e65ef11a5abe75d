"""Writes many defects into one file of Rust, each behind a switch: see `mutants` beside this file, which calls it.

A defect is an entry of `cargo mutants --list --json`, with a number `n`. `crate::mutant()` says which one is switched on. Marks
around each defect, `/*<17*/…/*17>*/`, say whose the code is that does not compile.
"""

from collections import defaultdict

import tree_sitter
import tree_sitter_rust

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language()))


class Weaver:
    """One file with all its defects, each behind its switch, between marks that name it."""

    def __init__(self, text, mutants):
        self.source = text.encode()
        self.lines = [line.encode() for line in text.splitlines(keepends=True)]
        self.root = PARSER.parse(self.source).root_node
        self.switches, self.missed = defaultdict(list), []
        nodes, open_nodes = [], [self.root]
        while open_nodes:
            nodes.append(open_nodes.pop())
            open_nodes.extend(nodes[-1].children)
        for mutant in mutants:
            if node := self.place(mutant, nodes):
                self.switches[node.id].append(mutant)
            else:
                self.missed.append(mutant)

    def place(self, mutant, nodes):
        """The node that carries the switch."""
        line, column = mutant["span"]["start"]["line"] - 1, mutant["span"]["start"]["column"] - 1
        at = sum(map(len, self.lines[:line])) + len(self.lines[line].decode()[:column].encode())
        mutant["at"], genre = at, mutant["genre"]
        field = lambda node, name: node.child_by_field_name(name)
        begins = lambda *types: next((node for node in nodes if node.type in types and node.start_byte == at), None)
        if genre == "FnValue":
            around = [node for node in nodes if node.type == "function_item" and node.start_byte <= at < node.end_byte]
            return field(min(around, key=lambda node: node.end_byte - node.start_byte), "body")
        if genre == "BinaryOperator":
            kinds = ("binary_expression", "compound_assignment_expr")
            node = next((node for node in nodes if node.type in kinds and field(node, "operator").start_byte == at), None)
            # In `a && b && c` an operator binds otherwise once it is another one: the whole chain is written anew.
            while node and node.parent.type == "binary_expression" and field(node.parent, "left") == node \
                    and field(node, "operator").type == field(node.parent, "operator").type in ("&&", "||"):
                node = node.parent
            return node
        if genre == "MatchArm":
            arm = begins("match_arm")
            return arm and next(child for child in arm.children if child.type == "match_pattern")
        if genre == "MatchArmGuard":
            guards = (field(node, "condition") for node in nodes if node.type == "match_pattern")
            return next((guard for guard in guards if guard and guard.start_byte == at), None)
        kinds = {"UnaryOperator": ["unary_expression"], "StructField": ["field_initializer", "shorthand_field_initializer"]}
        return begins(*kinds.get(genre, []))

    def plain(self, node, instead={}):
        if not node.children:
            return node.text.decode()
        text, at = "", node.start_byte
        for child in node.children:
            text += self.source[at:child.start_byte].decode() + instead.get(child.id, self.woven(child))
            at = child.end_byte
        return text + self.source[at:node.end_byte].decode()

    def with_operator(self, node, at=None, other=None):
        """An expression or a chain of them, with another operator where `at` says so."""
        left, right, operator = (node.child_by_field_name(name) for name in ("left", "right", "operator"))
        chained = left.type == node.type and left.child_by_field_name("operator").type == operator.type in ("&&", "||")
        begin = self.with_operator(left, at, other) if chained else self.woven(left)
        sign = other if operator.start_byte == at else operator.text.decode()
        if node.type == "compound_assignment_expr":
            return f"{begin} {sign} {self.woven(right)}"
        return f"{begin if chained else f'({begin})'} {sign} ({self.woven(right)})"

    def woven(self, node=None):
        node = node or self.root
        own = defaultdict(list)
        for mutant in self.switches.get(node.id, []):
            own[mutant["genre"]].append(mutant)
        mark = lambda mutant, text: f"/*<{mutant['n']}*/{text}/*{mutant['n']}>*/"
        if begin := own["FnValue"]:
            value = lambda mutant: f"if crate::mutant() == {mutant['n']} {{ return {mutant['replacement']}; }}"
            return "{ " + "".join(mark(mutant, value(mutant)) for mutant in begin) + self.plain(node)[1:]
        if arm := own["MatchArm"]:
            kept = " && ".join(mark(mutant, f"crate::mutant() != {mutant['n']}") for mutant in arm)
            guard = node.child_by_field_name("condition")
            return self.plain(node, {guard.id: f"({self.woven(guard)}) && {kept}"}) if guard else f"{self.plain(node)} if {kept}"
        if left_out := own["StructField"]:
            base = next(child for child in node.parent.children if child.type == "base_field_initializer")
            name = (node.child_by_field_name("field") or node).text.decode()
            value = node.child_by_field_name("value")
            default = f"({self.woven(base.children[-1])}).{name}" if name != "picture" else "None"
            chosen = f"if crate::mutant() == {left_out[0]['n']} {{ {default} }} else {{ {self.woven(value) if value else name} }}"
            return f"{name}: " + mark(left_out[0], f"({chosen})")
        switch = lambda arms, text: f"(match crate::mutant() {{ {' '.join(arms)} _ => {text} }})" if arms else text
        arms = lambda mutants, text: [f"{mutant['n']} => {mark(mutant, text(mutant))}," for mutant in mutants]
        operators = arms(own["BinaryOperator"], lambda mutant: self.with_operator(node, mutant["at"], mutant["replacement"]))
        signs = arms(own["UnaryOperator"], lambda _: self.woven(node.children[-1]))
        text = self.with_operator(node) if operators else self.plain(node)
        return switch(arms(own["MatchArmGuard"], lambda mutant: mutant["replacement"]), switch(operators + signs, text))
