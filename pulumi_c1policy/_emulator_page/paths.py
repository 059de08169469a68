"""The paths of the page. All but `/` are control endpoints, which only this machine may use."""

from __future__ import annotations

PAGE = "/"
CHANGES = "/_emulator/page/changes"
EDIT = "/_emulator/page/edit"
JSON = "/_emulator/page/json"
DELETE = "/_emulator/page/delete"
FAULT = "/_emulator/page/fault"
FORGET = "/_emulator/page/forget"
RESET = "/_emulator/page/reset"
