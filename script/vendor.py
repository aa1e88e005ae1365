"""Copies what the pages need out of node_modules to portal/web/static/vendor, under the same relative paths.

The same lock file always gives the same bytes. Older font formats and source maps are left out, with the
references to them.
"""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules"
TARGET = ROOT / "portal" / "web" / "static" / "vendor"

WEIGHTS = (400, 500, 600, 700)
WANTED = (
    "bootstrap/LICENSE",
    "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js",
    "bootstrap-icons/LICENSE",
    "bootstrap-icons/font/bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff2",
    "htmx.org/LICENSE",
    "htmx.org/dist/htmx.min.js",
    "echarts/LICENSE",
    "echarts/NOTICE",
    "echarts/dist/echarts.min.js",
    "swagger-ui-dist/LICENSE",
    "swagger-ui-dist/NOTICE",
    "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-dist/swagger-ui-bundle.js",
    "@fontsource/be-vietnam-pro/LICENSE",
    "@fontsource/inter/LICENSE",
    *(f"@fontsource/be-vietnam-pro/{weight}.css" for weight in WEIGHTS),
    *(f"@fontsource/be-vietnam-pro/files/be-vietnam-pro-*-{weight}-normal.woff2" for weight in WEIGHTS),
    *(f"@fontsource/inter/{weight}.css" for weight in WEIGHTS),
    *(f"@fontsource/inter/files/inter-*-{weight}-normal.woff2" for weight in WEIGHTS),
)
OLD_FONT = re.compile(r",\s*url\([^)]*\.woff(?:\?[^)]*)?\)\s*format\([\"']woff[\"']\)")
SOURCE_MAP = re.compile(r"\n?(/\*|//)# sourceMappingURL=[^\n]*")


def main() -> int:
    """Build the folder beside its place, then put it there in one step."""
    fresh = TARGET.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for pattern in WANTED:
        found = sorted(SOURCE.glob(pattern))
        if not found:
            sys.stderr.write(f"script/vendor.py: node_modules holds no {pattern}; run npm ci\n")
            return 1
        for path in found:
            target = fresh / path.relative_to(SOURCE)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix in (".css", ".js"):
                text = SOURCE_MAP.sub("", path.read_text(encoding="utf-8"))
                target.write_text(OLD_FONT.sub("", text), encoding="utf-8", newline="\n")
            else:
                shutil.copyfile(path, target)
    shutil.rmtree(TARGET, ignore_errors=True)
    fresh.rename(TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main())
