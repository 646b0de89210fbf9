#!/bin/sh
# Exports two cuts of sample_timelines/ with OpenTimelineIO's own command: one is allowed, one is stopped.
# Usage: demo.sh FOLDER_OF_COMMANDS
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH="$1:$PATH"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

export_cut() { # FOLDER CUT: prints what an editor would type, and what comes of it
    printf '\n$ cd sample_timelines/%s\n$ otioconvert -i %s.otio -o delivery.edl\n' "$1" "$2"
    cd "$here/$1"
    if otioconvert -i "$2.otio" -o "$out/delivery.edl" 2>"$out/said"; then
        ls "$out/delivery.edl" >/dev/null
        echo "(exported: delivery.edl, $(grep -c ' C ' "$out/delivery.edl") events)"
        rm "$out/delivery.edl"
    else
        # OpenTimelineIO shows a traceback; the message is its last part.
        sed -n '/otiogate stopped/,$p' "$out/said" | sed 's/^.*ExportBlocked: //'
        test ! -e "$out/delivery.edl" && echo "(no file was written)"
    fi
}

echo "== Everything on record: the export goes through"
export_cut allow/approved_replica tdw_103_sc12_v07
echo
echo "== A consent has expired: the export is stopped"
export_cut block/expired_consent tdw_103_sc12_v09
echo
echo "== Why, in full"
printf '\n$ otiogate scan %s\n' tdw_103_sc12_v09.otio
otiogate scan tdw_103_sc12_v09.otio || echo "(exit code $?)"
