"""What a person is refused, they are refused in their own language."""

import ast

from tests.house.source import Module, parse, product

REFUSALS = ("Refused", "Conflict")
# Rooms that only the command line enters, which speaks English alone.
OF_THE_COMMAND_LINE = frozenset(
    f"emergency/service/{name}.py" for name in ("drill_log", "keys", "msel", "plan_files", "regions")
)


def unspoken(module: Module) -> list[str]:
    """Refusals made of English words instead of a message."""
    return [module.at(node) for node in ast.walk(module.tree) if isinstance(node, ast.Call) and _is_plain(node)]


def _is_plain(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    return name in REFUSALS and bool(call.args) and _is_text(call.args[0])


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        return name in ("str", "join", "format")
    return isinstance(node, ast.JoinedStr | ast.BinOp) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_no_refusal_that_reaches_a_page_is_plain_english() -> None:
    wrong = [at for module in product() if module.path not in OF_THE_COMMAND_LINE for at in unspoken(module)]
    assert not wrong, "raise it with a Message, and give its Chinese: " + ", ".join(wrong)


def test_a_plain_refusal_is_found_in_every_form() -> None:
    sample = """
raise Refused("said in English")
raise Conflict(f"plan {number} is taken")
raise store.Refused("; ".join(wrong))
raise Refused(str(fault)) from fault
raise Refused(Message("said in both"))
raise Refused(text)
"""
    assert unspoken(parse(sample, "sample.py")) == [f"sample.py:{line}" for line in (2, 3, 4, 5)]
