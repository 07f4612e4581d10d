"""Hold the dashboard against Grafana's own types: ``python -m scripts.check_dashboard FOLDER``.

No server is needed, but npm: in the folder it gets ``@grafana/schema``, in which Grafana publishes
what a dashboard of its version may have, and TypeScript, which then reads ours as such a one. A
field that Grafana does not know, or a value that it does not take, is told and fails it.
"""

import argparse
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[1] / "deploy"
DASHBOARD = DEPLOY / "grafana" / "steppewire.json"
TYPESCRIPT = "5.8.3"
TYPES = "./node_modules/@grafana/schema/dist/types/raw"
HEAD = f"""\
import type {{ Dashboard, Panel, RowPanel }} from "{TYPES}/dashboard/x/dashboard_types.gen";
import type * as stat from "{TYPES}/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as timeseries from
  "{TYPES}/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

// Grafana fills in what is left out, and its enumerations are words.
type Part<X> = X extends (infer One)[] ? Part<One>[]
  : X extends object ? {{ [Key in keyof X]?: Part<X[Key]> }}
  : X extends string ? X | `${{X}}` : X;
"""


def grafana() -> str:
    """Return the version of Grafana that compose.yaml runs."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    return str(services["grafana"]["image"].rpartition(":")[2])


def typed(dashboard: dict[str, Any]) -> str:
    """Write a dashboard as TypeScript."""
    about = {name: value for name, value in dashboard.items() if name != "panels"}
    parts = [declared("board", 'Omit<Dashboard, "panels">', about)]
    parts += [line for panel in dashboard["panels"] for line in typed_panel(panel)]
    return "\n".join([HEAD, *parts])


def typed_panel(panel: dict[str, Any]) -> Iterator[str]:
    """Write a panel, or a row and its panels; options have a type for each kind of panel."""
    number, kind = panel["id"], panel["type"]
    if kind == "row":
        yield declared(f"row{number}", "RowPanel", panel)
        for one in panel.get("panels", []):
            yield from typed_panel(one)
        return
    fields = panel.get("fieldConfig", {"defaults": {}})
    plain = {name: value for name, value in fields["defaults"].items() if name != "custom"}
    common = {name: value for name, value in panel.items() if name != "options"}
    common["fieldConfig"] = fields | {"defaults": plain}
    yield declared(f"panel{number}", "Panel", common)
    yield declared(f"options{number}", f"{kind}.Options", panel.get("options", {}))
    if custom := fields["defaults"].get("custom"):
        yield declared(f"custom{number}", f"{kind}.FieldConfig", custom)


def declared(name: str, kind: str, value: object) -> str:
    """Write a constant that TypeScript shall believe to be of a type."""
    return f"export const {name}: Part<{kind}> = {json.dumps(value, indent=1)};"


def main() -> None:
    """Get the types, then check; TypeScript tells what it finds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where npm may install")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}\n')
    (folder / "dashboard.ts").write_text(typed(json.loads(DASHBOARD.read_text("utf-8"))))
    schema = f"@grafana/schema@{grafana()}"
    install = ["npm", "install", "--silent", "--no-audit", schema, f"typescript@{TYPESCRIPT}"]
    subprocess.run(install, cwd=folder, check=True)
    options = "--noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler".split()
    check = ["npx", "tsc", *options, "dashboard.ts"]
    if subprocess.run(check, cwd=folder, check=False).returncode:
        raise SystemExit(f"{DASHBOARD.name} has what {schema} does not know.")
    print(f"{DASHBOARD.name} is a dashboard by {schema}.")


if __name__ == "__main__":
    main()
