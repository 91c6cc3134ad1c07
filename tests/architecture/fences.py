"""The fences: each function looks at the sources below a root and returns what breaks a rule."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import reviewed
from tests.architecture.sources import CHANNELS, files, imported, length, parsed, python, within

LIMITS = (
    (("templates",), "*.html", 150),
    (("static",), "*.js", 200),
    (("static",), "*.css", 300),
)
MODULE_LINES = 400
FUNCTION_LINES = 60
VAGUE = re.compile(r"^(utils?|helpers?|common|misc|manager|handle_\w+)$")
SCREENS = ("helpdesk/web", "helpdesk/api", "helpdesk/admin")
ROWS = frozenset({"Conversation", "Message"})
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
CLIENTS = ("requests", "urllib.request", "http.client", "urllib3", "httpx", "aiohttp")
NAMES = frozenset({"chat", "sms", "twilio", "telegram", "whatsapp", "widget", *CHANNELS})
ATOMIC = frozenset({"locked", "started", "atomic"})
HTML = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"(?:application/json|importmap|speculationrules)\")"
    r"|\sstyle=|\son[a-z]+=|\|\s*safe\b|\bautoescape off|srcdoc|javascript:",
    re.IGNORECASE,
)
SCRIPT = re.compile(
    r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|srcdoc|document\.write|\beval\(|new Function\("
)
MARKED_SAFE = frozenset({"mark_safe", "SafeString", "html_safe"})


def too_long(root: Path) -> list[str]:
    """Files and functions over their limit."""
    found = [
        f"{name}: {lines} lines, at most {limit}"
        for folders, pattern, limit in LIMITS
        for name, path in files(root, folders, pattern)
        if (lines := length(path)) > limit and name not in reviewed.TOO_LONG
    ]
    for name, tree in python(root):
        lines = length(root / name)
        if lines > MODULE_LINES and name not in reviewed.TOO_LONG:
            found.append(f"{name}: {lines} lines, at most {MODULE_LINES}")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                where = f"{name}::{node.name}"
                if lines > FUNCTION_LINES and where not in reviewed.TOO_LONG:
                    found.append(f"{where}: {lines} lines, at most {FUNCTION_LINES}")
    return found


def vague_names(root: Path) -> list[str]:
    """Modules whose name says nothing of what is in them."""
    found = []
    for name, _tree in python(root):
        parts = Path(name).with_suffix("").parts
        if any(VAGUE.match(part) for part in parts):
            found.append(f"{name}: name it for what it does")
    return found


def publishing_outside_realtime(root: Path) -> list[str]:
    """group_send and channel layers anywhere but in helpdesk/realtime."""
    wanted = {"group_send", "get_channel_layer", "async_to_sync"}
    return [
        f"{name}:{node.lineno}: publish through helpdesk.realtime.publish"
        for name, tree in python(root)
        if not name.startswith("helpdesk/realtime/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) in wanted
    ]


def nameless_after_commit(root: Path) -> list[str]:
    """Robust on_commit() past after_commit(): a nameless callback stops the ones behind it."""
    return [
        f"{name}:{node.lineno}: use helpdesk.after_commit.after_commit"
        for name, tree in python(root)
        if name != "helpdesk/after_commit.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "on_commit"
        and any(one.arg == "robust" for one in node.keywords)
    ]


def unscoped_rows(root: Path) -> list[str]:
    """Conversation.objects or Message.objects where visible() belongs."""
    found = []
    for name, tree in python(root, "helpdesk"):
        if not name.startswith(SCREENS) and not name.endswith("consumers.py"):
            continue
        for function, node in _with_function(tree):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in MANAGERS
                and isinstance(node.value, ast.Name)
                and node.value.id in ROWS
                and f"{name}::{function}" not in reviewed.UNSCOPED_ROWS
            ):
                found.append(f"{name}:{node.lineno}: use visible(user, {node.value.id})")
    return found


def _with_function(tree: ast.AST, function: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        inside = function
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = node.name
        yield inside, node
        yield from _with_function(node, inside)


def channels_in_the_core(root: Path) -> list[str]:
    """Imports of a channel, or its name as a text, anywhere in the core."""
    found = []
    for name, tree in python(root, "helpdesk"):
        if name.startswith(tuple(reviewed.CHANNEL_NAMES)):
            continue
        found += [
            f"{name}:{line}: imports {module}"
            for line, module in imported(tree)
            if within(module, CHANNELS)
        ]
        found += [
            f"{name}:{node.lineno}: names the channel {node.value!r}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and node.value in NAMES
        ]
    return found


def other_http_clients(root: Path) -> list[str]:
    """HTTP clients beside helpdesk.outbound_http."""
    return sorted(
        {
            f"{name}:{line}: use helpdesk.outbound_http"
            for name, tree in python(root)
            if name not in reviewed.HTTP_CLIENTS
            for line, module in imported(tree)
            if within(module, CLIENTS)
        }
    )


def services_without_transaction(root: Path) -> list[str]:
    """Public services that neither run atomically nor are known to write nothing."""
    found = []
    for name, tree in python(root, "helpdesk/services"):
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for function, node in functions.items():
            where = f"{name}::{function}"
            known = where in reviewed.READ_ONLY or where in reviewed.ATOMIC_BY_CALLER
            if function.startswith("_") or known or _is_atomic(node, functions, set()):
                continue
            found.append(f"{where}: wrap it in locked() or transaction.atomic()")
    return found


def _is_atomic(
    node: ast.FunctionDef, functions: dict[str, ast.FunctionDef], seen: set[str]
) -> bool:
    """Uses an atomic block, or hands its work to a function of its module that does."""
    names = {
        one.attr if isinstance(one, ast.Attribute) else one.id
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute | ast.Name)
    }
    if names & ATOMIC:
        return True
    seen.add(node.name)
    called = (names & set(functions)) - seen
    return any(_is_atomic(functions[name], functions, seen) for name in sorted(called))


def unsafe_markup(root: Path) -> list[str]:
    """Inline scripts, styles and handlers; markup that skips escaping."""
    found = _lines(root, ("templates",), "*.html", HTML)
    found += _lines(root, ("static",), "*.js", SCRIPT)
    for name, tree in python(root):
        found += [
            f"{name}:{node.lineno}: {node.func.id} skips escaping"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in MARKED_SAFE
            and f"{name}:{node.func.id}" not in reviewed.MARKUP
        ]
    return found


def _lines(
    root: Path, folders: tuple[str, ...], pattern: str, wanted: re.Pattern[str]
) -> list[str]:
    found = []
    for name, path in files(root, folders, pattern):
        text = path.read_text(encoding="utf-8")
        for match in wanted.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            if f"{name}:{match[0].strip()}" not in reviewed.MARKUP:
                found.append(f"{name}:{line}: {match[0].strip()}")
    return found


def unreadable_migrations(root: Path) -> list[str]:
    """Migrations that branch, have no name of their own, or cannot be taken back."""
    found = []
    for folder in sorted([*root.glob("*/migrations"), *root.glob("[a-z]*/*/migrations")]):
        app = folder.parent.name
        parents: Counter[str] = Counter()
        paths = sorted(folder.glob("[!_]*.py"))
        for path in paths:
            where = f"{app}/migrations/{path.name}"
            tree = parsed(path.read_text(encoding="utf-8"))
            if "_auto_" in path.stem or not re.match(r"\d{4}_[a-z]", path.stem):
                found.append(f"{where}: name it for what it does")
            parents.update(parent for label, parent in _dependencies(tree) if label == app)
            found += [f"{where}:{node.lineno}: say how to go back" for node in _irreversible(tree)]
        roots = len(paths) - sum(parents.values())
        branched = [parent for parent, children in parents.items() if children > 1]
        if branched or (paths and roots != 1):
            found.append(f"{app}/migrations: not one line: {', '.join(branched) or 'two roots'}")
    return found


def _dependencies(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "dependencies" for target in node.targets
        ):
            for one in ast.walk(node.value):
                if isinstance(one, ast.Tuple) and len(one.elts) == 2:
                    label, parent = (ast.literal_eval(part) for part in one.elts)
                    yield label, parent


def _irreversible(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = {word.arg for word in node.keywords}
            wanted = {"RunPython": "reverse_code", "RunSQL": "reverse_sql"}.get(node.func.attr)
            if wanted and len(node.args) < 2 and wanted not in named:
                yield node


FENCES = (
    too_long,
    vague_names,
    publishing_outside_realtime,
    nameless_after_commit,
    unscoped_rows,
    channels_in_the_core,
    other_http_clients,
    services_without_transaction,
    unsafe_markup,
    unreadable_migrations,
)
