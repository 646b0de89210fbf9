"""What OpenTimelineIO loads. Only the standard library and opentimelineio are imported here: were anything else to
fail, the host would log it, drop the plugin and let every export pass."""

import json

import opentimelineio as otio

_MANIFEST = {
    "OTIO_SCHEMA": "PluginManifest.1",
    "adapters": [
        {"OTIO_SCHEMA": "Adapter.1", "name": name, "filepath": f"{name}.py", "suffixes": []}
        for name in ("otiogate_gated", "otiogate_cuesheet", "otiogate_edl")
    ],
    "hook_scripts": [
        {"OTIO_SCHEMA": "HookScript.1", "name": name, "filepath": f"{name}.py"}
        for name in ("otiogate_export", "otiogate_sidecar", "otiogate_tags")
    ],
    "hooks": {
        "pre_adapter_write": ["otiogate_export"],
        "post_adapter_write": ["otiogate_sidecar"],
        "post_adapter_read": ["otiogate_tags"],
    },
}


def plugin_manifest() -> object:
    """The manifest that OpenTimelineIO asks for by entry point."""
    return otio.plugins.manifest.manifest_from_string(json.dumps(_MANIFEST))
