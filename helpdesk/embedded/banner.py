"""What ``up`` prints when everything runs."""

from .health import base_url
from .programs import Options

LOGINS = (("admin@parley.example", "administrator"), ("marta@parley.example", "agent"))
PASSWORD = "parley-demo"  # noqa: S105  (of the demo data, printed for everybody)


def banner(options: Options, state: str) -> list[str]:
    """Return the lines of the box: addresses and, with demo data, logins."""
    here = base_url(options.host, options.port)
    rows = [("Workspace", f"{here}/")]
    if options.demo:
        rows += [("Demo shop", f"{here}/demo/shop/"), ("Sandbox", f"{here}/demo/sandbox/")]
    rows += [
        ("Admin", f"{here}/admin/"),
        ("SMTP in", f"127.0.0.1:{options.smtp_port}"),
        ("State", state),
    ]
    if options.demo:
        rows += [("", "")]
        rows += [("Log in as", f"{name}  ({role})") for name, role in LOGINS]
        rows += [("Password", PASSWORD)]
    rows += [("", ""), ("Stop", "Ctrl-C")]
    lines = ["Parley is running", "", *(f"{label:<11}{text}".rstrip() for label, text in rows)]
    width = max(map(len, lines))
    edge = "+" + "-" * (width + 4) + "+"
    return [edge, *(f"|  {line:<{width}}  |" for line in lines), edge]
